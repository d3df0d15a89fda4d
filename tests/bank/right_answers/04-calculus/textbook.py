"""Textbook style: formulas translated from mathematics. Explicit Jacobian matrices and their
products, unit vectors and vectors of ones, slopes by hyperbolic functions, normalisation by three
paths through mean and variance, dual numbers as matrices of two rows, small classes as caches."""


class Cache:
    """What a forward pass remembers, as attributes."""

    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)


def array(v):
    return np.array(v, dtype=float)


def column(v):
    return array(v).reshape(-1, 1)


def unit_vector(i, n):
    e = np.zeros(n)
    e[i] = 1.0
    return e


def sech(u):
    # 1 / cosh u = 2 e^-|u| / (1 + e^-2|u|)
    return 2.0 * np.exp(-np.abs(u)) / (1.0 + np.exp(-2.0 * np.abs(u)))


def sigma(z):
    return np.exp(np.minimum(z, 0.0)) / (1.0 + np.exp(-np.abs(z)))


def sigma_slope(z):
    # 1 / (4 cosh^2(z / 2))
    return 0.25 * sech(0.5 * z) ** 2


def chain_rule_toy(params, x, y):
    w1, b1, w2, b2, w3, b3, w4, b4 = array(params)
    x, y = float(x), float(y)
    z1 = w1 * x + b1
    h1 = np.tanh(z1)
    z2 = w2 * h1 + b2
    h2 = np.exp(z2)
    z3 = w3 * h2 + b3
    h3 = np.sin(z3)
    y_hat = w4 * h3 + b4
    # delta_k = dL/dz_k
    delta4 = 2.0 * (y_hat - y)
    delta3 = delta4 * w4 * np.cos(z3)
    delta2 = delta3 * w3 * np.exp(z2)
    delta1 = delta2 * w2 * sech(z1) ** 2
    deltas = column([delta1, delta2, delta3, delta4])
    inputs = column([x, h1, h2, h3])
    # dL/dw_k = delta_k * (input of link k), dL/db_k = delta_k
    return (y_hat - y) ** 2, np.hstack([np.diag(inputs[:, 0]) @ deltas, deltas]).ravel()


def jacobian(f, x, h=1e-5):
    # J e_j = (f(x + h e_j) - f(x - h e_j)) / 2h
    x = array(x)
    n = len(x)
    columns = []
    for j in range(n):
        e = unit_vector(j, n)
        above, below = array(f(x + h * e)), array(f(x - h * e))
        columns.append((above - below) / (2.0 * h))
    return np.column_stack(columns)


def softmax_jacobian(s):
    s = array(s)
    return np.diag(s) - np.outer(s, s)


def softmax_backward(dout, s):
    rows = [softmax_jacobian(s_n).T @ delta for delta, s_n in zip(array(dout), array(s))]
    return np.stack(rows)


def layer_deltas(params, x, y):
    A, Z, Ws = [array(x).T], [], []
    for W, b in params:
        Ws.append(array(W))
        Z.append(Ws[-1].T @ A[-1] + column(b))
        A.append(sigma(Z[-1]))
    L, N = len(Ws), A[0].shape[1]
    delta = [None] * L
    # BP1
    delta[L - 1] = (A[L] - array(y).T) / N * sigma_slope(Z[L - 1])
    # BP2
    for l in range(L - 2, -1, -1):
        delta[l] = (Ws[l + 1] @ delta[l + 1]) * sigma_slope(Z[l])
    # BP3, BP4
    grads = []
    for l in range(L):
        dW = sum(np.outer(A[l][:, n], delta[l][:, n]) for n in range(N))
        db = sum(delta[l][:, n] for n in range(N))
        grads.append((dW, db))
    return [d.T for d in delta], grads


def unbroadcast(grad, shape):
    # Stretching an axis multiplies by a vector of ones; its transpose sums.
    grad = array(grad)
    while grad.ndim > len(shape):
        grad = np.tensordot(np.ones(grad.shape[0]), grad, axes=(0, 0))
    for k, length in enumerate(shape):
        if length == 1:
            ones = np.ones((grad.shape[k], 1))
            grad = np.moveaxis(np.tensordot(grad, ones, axes=(k, 0)), -1, k)
    return grad


def grad_check(f, params, grads, h=1e-5):
    errors = []
    for p, grad in zip(params, grads):
        for i in np.ndindex(p.shape):
            theta = float(p[i])
            try:
                p[i] = theta + h
                above = f()
                p[i] = theta - h
                below = f()
            finally:
                p[i] = theta
            numeric = (above - below) / (2.0 * h)
            analytic = np.asarray(grad)[i]
            size = np.maximum(1e-8, np.abs(analytic) + np.abs(numeric))
            errors.append(np.abs(analytic - numeric) / size)
    return float(np.max(errors, initial=0.0))  # NaN stays NaN


class Normalised:
    """A vector v brought to mean 0 and variance 1, with the way back."""

    def __init__(self, v, eps):
        self.n = len(v)
        self.mu = np.mean(v)
        self.centred = v - self.mu
        self.variance = (self.centred @ self.centred) / self.n
        self.s = np.sqrt(self.variance + eps)
        self.v_hat = self.centred / self.s

    def backward(self, delta):
        """Gradient by v for the gradient delta by v_hat: directly, through variance and through mean."""
        ones = np.ones(self.n)
        dvariance = -0.5 * (delta @ self.centred) / self.s**3
        dmu = -(delta @ ones) / self.s - dvariance * 2.0 * np.mean(self.centred)
        direct = delta / self.s
        return direct + dvariance * (2.0 / self.n) * self.centred + dmu * ones / self.n


def batchnorm_forward(x, gamma, beta, eps):
    x, gamma, beta = array(x), array(gamma), array(beta)
    features = [Normalised(feature, eps) for feature in x.T]
    X_hat = np.column_stack([feature.v_hat for feature in features])
    out = X_hat @ np.diag(gamma) + np.outer(np.ones(len(x)), beta)
    return out, Cache(features=features, X_hat=X_hat, gamma=gamma)


def batchnorm_backward(dout, cache):
    dout = array(dout)
    dX_hat = dout @ np.diag(cache.gamma)
    dx = np.column_stack([f.backward(delta) for f, delta in zip(cache.features, dX_hat.T)])
    return dx, np.diag(cache.X_hat.T @ dout).copy(), dout.T @ np.ones(len(dout))


def layernorm_forward(x, gamma, beta, eps):
    x, gamma, beta = array(x), array(gamma), array(beta)
    examples = [Normalised(example, eps) for example in x]
    X_hat = np.stack([example.v_hat for example in examples])
    out = X_hat @ np.diag(gamma) + np.outer(np.ones(len(x)), beta)
    return out, Cache(examples=examples, X_hat=X_hat, gamma=gamma)


def layernorm_backward(dout, cache):
    dout = array(dout)
    dX_hat = dout @ np.diag(cache.gamma)
    dx = np.stack([e.backward(delta) for e, delta in zip(cache.examples, dX_hat)])
    return dx, np.diag(cache.X_hat.T @ dout).copy(), dout.T @ np.ones(len(dout))


def batchnorm_eval_forward(x, gamma, beta, mean, var, eps):
    # An affine map of each example: out = diag(gamma / s) (x - mean) + beta
    x, gamma, beta = array(x), array(gamma), array(beta)
    s = np.sqrt(array(var) + eps)
    X_hat = (x - array(mean)) / s
    return X_hat @ np.diag(gamma) + beta, Cache(X_hat=X_hat, J=np.diag(gamma / s))


def batchnorm_eval_backward(dout, cache):
    dout = array(dout)
    dx = np.stack([cache.J.T @ delta for delta in dout])
    return dx, np.diag(cache.X_hat.T @ dout).copy(), dout.T @ np.ones(len(dout))


class Dual:
    """a + b epsilon with epsilon^2 = 0, as the matrix ((a, b), (0, a))."""

    __array_ufunc__ = None  # so that a NumPy number on the left asks us

    def __init__(self, value, slope=0.0):
        self.value = float(value)
        self.slope = float(slope)

    def matrix(self):
        return np.array([[self.value, self.slope], [0.0, self.value]])

    @staticmethod
    def from_matrix(M):
        return Dual(M[0, 0], M[0, 1])

    @staticmethod
    def of(u):
        return u if isinstance(u, Dual) else Dual(u)

    def extend(self, value, derivative):
        """f(a + b epsilon) = f(a) + f'(a) b epsilon."""
        return Dual(value, derivative * self.slope if self.slope else 0.0)

    def __add__(self, other):
        return Dual.from_matrix(self.matrix() + Dual.of(other).matrix())

    def __sub__(self, other):
        return Dual.from_matrix(self.matrix() - Dual.of(other).matrix())

    def __mul__(self, other):
        return Dual.from_matrix(self.matrix() @ Dual.of(other).matrix())

    def __truediv__(self, other):
        # M N^-1, and N^-1 belongs to 1/a - b/a^2 epsilon
        other = Dual.of(other)
        inverse = other.extend(1.0 / other.value, -1.0 / other.value**2)
        return Dual.from_matrix(self.matrix() @ inverse.matrix())

    def __radd__(self, other):
        return Dual.of(other) + self

    def __rsub__(self, other):
        return Dual.of(other) - self

    def __rmul__(self, other):
        return Dual.of(other) * self

    def __rtruediv__(self, other):
        return Dual.of(other) / self

    def __neg__(self):
        return Dual.from_matrix(-self.matrix())

    def __pow__(self, n):
        if n == 0 or self.slope == 0.0:
            return Dual(self.value**n)
        if self.value == 0.0 and n < 1:
            return self.extend(self.value**n, np.inf)
        return self.extend(self.value**n, n * self.value ** (n - 1))

    def exp(self):
        return self.extend(np.exp(self.value), np.exp(self.value))

    def tanh(self):
        return self.extend(np.tanh(self.value), sech(self.value) ** 2)

    def relu(self):
        step = np.heaviside(self.value, 0.0)
        return self.extend(step * self.value, step)
