"""Textbook style: formulas translated from mathematics. Adjoints with stored partial derivatives and
Kahn's order, one-hot matrices, convolution by its definition with all indices written out, Adam with
m-hat and v-hat in an object inside the state, and small classes as caches."""


class Cache:
    """What a forward pass remembers, as attributes."""

    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)


def array(v):
    return np.array(v, dtype=float)


# The engine.


def topological_order(root):
    # Kahn: a node may come as soon as none of its arrows is left that starts at a node still missing.
    nodes, children, missing = {id(root): root}, {id(root): []}, {}
    to_visit = [root]
    while to_visit:
        node = to_visit.pop()
        parents = list(node.parents)
        missing[id(node)] = len(parents)
        for parent in parents:
            if id(parent) not in nodes:
                nodes[id(parent)] = parent
                children[id(parent)] = []
                to_visit.append(parent)
            children[id(parent)].append(node)
    ready = [node for key, node in nodes.items() if missing[key] == 0]
    order = []
    while ready:
        node = ready.pop()
        order.append(node)
        for child in children[id(node)]:
            missing[id(child)] -= 1
            if missing[id(child)] == 0:
                ready.append(child)
    return order


class Value:
    """A number y = f(u_1, ..., u_k) that knows its parents u_i and the partial derivatives df/du_i."""

    __array_ufunc__ = None  # so that a NumPy number on the left asks us

    def __init__(self, data, parents=(), partials=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self.partials = tuple(partials)

    @staticmethod
    def of(u):
        return u if isinstance(u, Value) else Value(u)

    def __add__(self, other):
        other = Value.of(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        other = Value.of(other)
        return Value(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        other = Value.of(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __truediv__(self, other):
        # d(u/v) = du / v - u dv / v^2
        other = Value.of(other)
        quotient = self.data / other.data
        return Value(quotient, (self, other), (1.0 / other.data, -quotient / other.data))

    def __radd__(self, other):
        return Value.of(other) + self

    def __rsub__(self, other):
        return Value.of(other) - self

    def __rmul__(self, other):
        return Value.of(other) * self

    def __rtruediv__(self, other):
        return Value.of(other) / self

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,))

    def __pow__(self, n):
        if n == 0:
            slope = 0.0
        elif self.data == 0.0 and n < 1:
            slope = np.inf  # the root has an upright tangent at 0
        else:
            slope = n * self.data ** (n - 1)
        return Value(self.data**n, (self,), (slope,))

    def exp(self):
        y = np.exp(self.data)
        return Value(y, (self,), (y,))

    def tanh(self):
        # tanh' = 1 / cosh^2, with 1 / cosh u = 2 e^-|u| / (1 + e^-2|u|)
        q = np.exp(-abs(self.data))
        sech = 2.0 * q / (1.0 + q**2)
        return Value(np.tanh(self.data), (self,), (sech**2,))

    def relu(self):
        step = float(np.heaviside(self.data, 0.0))
        return Value(step * self.data, (self,), (step,))

    def backward(self):
        # The adjoint of a node is the sum over its children of (adjoint of the child) * (partial).
        order = topological_order(self)
        adjoint = {id(node): 0.0 for node in order}
        adjoint[id(self)] = 1.0
        for node in reversed(order):
            for parent, partial in zip(node.parents, node.partials):
                adjoint[id(parent)] += partial * adjoint[id(node)]
        for node in order:
            node.grad += float(adjoint[id(node)])


# Training better.


def initialise(widths, rng, scheme):
    variances = {
        "he": lambda fan_in, fan_out: 2.0 / fan_in,
        "xavier": lambda fan_in, fan_out: 2.0 / (fan_in + fan_out),
    }
    if scheme not in variances:
        raise ValueError(f"unknown scheme {scheme!r}")
    variance = variances[scheme]
    params = []
    for fan_in, fan_out in zip(widths[:-1], widths[1:]):
        W = np.sqrt(variance(fan_in, fan_out)) * rng.standard_normal((fan_in, fan_out))
        params.append((W, np.zeros(fan_out)))
    return params


class Velocity:
    def __init__(self, v):
        self.v = v

    def next(self, dw, lr, mu):
        return Velocity(mu * self.v - lr * dw)


def momentum_step(w, dw, state, lr, mu):
    w, dw = array(w), array(dw)
    velocity = state.get("velocity", Velocity(np.zeros_like(w))).next(dw, lr, mu)
    return w + velocity.v, {"velocity": velocity}


class SecondMoment:
    def __init__(self, c):
        self.c = c

    def next(self, dw, decay):
        return SecondMoment(decay * self.c + (1.0 - decay) * dw**2)


def rmsprop_step(w, dw, state, lr, decay, eps):
    w, dw = array(w), array(dw)
    moment = state.get("moment", SecondMoment(np.zeros_like(w))).next(dw, decay)
    return w - lr * dw / (np.sqrt(moment.c) + eps), {"moment": moment}


class Moments:
    """First and second moment of the gradient after t steps."""

    def __init__(self, t, m, v):
        self.t, self.m, self.v = t, m, v

    def next(self, g, beta1, beta2):
        m = beta1 * self.m + (1.0 - beta1) * g
        v = beta2 * self.v + (1.0 - beta2) * g**2
        return Moments(self.t + 1, m, v)

    def m_hat(self, beta1):
        return self.m / (1.0 - beta1**self.t)

    def v_hat(self, beta2):
        return self.v / (1.0 - beta2**self.t)


def adam_step(w, dw, state, lr, beta1, beta2, eps):
    w, dw = array(w), array(dw)
    start = Moments(0, np.zeros_like(w), np.zeros_like(w))
    moments = state.get("moments", start).next(dw, beta1, beta2)
    w = w - lr * moments.m_hat(beta1) / (np.sqrt(moments.v_hat(beta2)) + eps)
    return w, {"moments": moments}


def dropout_forward(x, p_keep, rng):
    # out = r * x / p with independent r ~ Bernoulli(p)
    x = array(x)
    r = rng.binomial(1, p_keep, size=x.shape)
    return r * x / p_keep, Cache(r=r, p=p_keep)


def dropout_backward(dout, cache):
    return cache.r * array(dout) / cache.p


# Pictures and words.


def positions(length, size, stride):
    """Where the windows start: 0, t, 2t, ... as long as they fit."""
    return range(0, length - size + 1, stride)


def conv2d_forward(x, w, b, stride, pad):
    # out_nfrs = b_f + sum_{c,i,j} w_fcij padded_{n, c, rt+i, st+j}
    x, w, b = array(x), array(w), array(b)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    N = len(x)
    F, _, HH, WW = w.shape
    rows = positions(padded.shape[2], HH, stride)
    columns = positions(padded.shape[3], WW, stride)
    out = np.zeros((N, F, len(rows), len(columns)))
    for n in range(N):
        for f in range(F):
            for r, top in enumerate(rows):
                for s, left in enumerate(columns):
                    window = padded[n, :, top : top + HH, left : left + WW]
                    out[n, f, r, s] = b[f] + np.sum(w[f] * window)
    return out, Cache(padded=padded, w=w, rows=rows, columns=columns, pad=pad)


def conv2d_backward(dout, cache):
    # dL/dw_f = sum_{n,r,s} delta_nfrs window_nrs, and each window gets delta_nfrs w_f, overlaps added
    delta = array(dout)
    N, F, _, _ = delta.shape
    _, _, HH, WW = cache.w.shape
    dpadded = np.zeros_like(cache.padded)
    dw, db = np.zeros_like(cache.w), np.zeros(F)
    for n in range(N):
        for f in range(F):
            for r, top in enumerate(cache.rows):
                for s, left in enumerate(cache.columns):
                    window = np.s_[n, :, top : top + HH, left : left + WW]
                    dpadded[window] += delta[n, f, r, s] * cache.w[f]
                    dw[f] += delta[n, f, r, s] * cache.padded[window]
                    db[f] += delta[n, f, r, s]
    _, _, height, width = dpadded.shape
    dx = dpadded[:, :, cache.pad : height - cache.pad, cache.pad : width - cache.pad]
    return dx.copy(), dw, db


def maxpool2d_forward(x, size, stride):
    x = array(x)
    N, C, height, width = x.shape
    rows, columns = positions(height, size, stride), positions(width, size, stride)
    out = np.zeros((N, C, len(rows), len(columns)))
    selectors = {}  # for each window the unit vector that selects its (first) maximum
    for n, c, r, s in np.ndindex(*out.shape):
        window = x[n, c, rows[r] : rows[r] + size, columns[s] : columns[s] + size]
        e = np.eye(size * size)[np.argmax(window.ravel())]
        out[n, c, r, s] = e @ window.ravel()
        selectors[n, c, r, s] = e
    return out, Cache(shape=x.shape, size=size, rows=rows, columns=columns, selectors=selectors)


def maxpool2d_backward(dout, cache):
    delta = array(dout)
    dx = np.zeros(cache.shape)
    size = cache.size
    for (n, c, r, s), e in cache.selectors.items():
        top, left = cache.rows[r], cache.columns[s]
        dx[n, c, top : top + size, left : left + size] += (delta[n, c, r, s] * e).reshape(
            size, size
        )
    return dx


def embedding_forward(ids, E):
    # out = onehot(ids) E
    E = array(E)
    one_hot = np.eye(len(E))[np.array(ids)]
    return one_hot @ E, Cache(one_hot=one_hot)


def embedding_backward(dout, cache):
    # dE = sum over examples of onehot^T delta
    return np.einsum("ntv,ntd->vd", cache.one_hot, array(dout))


# Find the bugs: the four functions again.


def make_batches(x, y, size, rng):
    order = rng.permutation(len(x))
    cuts = np.arange(size, len(x), size)
    return [(x[rows], y[rows]) for rows in np.split(order, cuts)]


def classifier_loss(params, x, y, reg):
    W1, b1, W2, b2 = [array(p) for p in params]
    X = array(x).T
    A = np.tanh(W1.T @ X + b1.reshape(-1, 1))
    Z = W2.T @ A + b2.reshape(-1, 1)
    U = Z - np.max(Z, axis=0)
    log_P = U - np.log(np.sum(np.exp(U), axis=0))
    Y = np.eye(len(Z))[np.array(y)].T
    loss = -np.trace(Y.T @ log_P) / X.shape[1]
    loss = loss + 0.5 * reg * (np.trace(W1.T @ W1) + np.trace(W2.T @ W2))
    return loss, Cache(X=X, A=A, P=np.exp(log_P), Y=Y)


def classifier_gradients(params, cache, reg):
    W1, b1, W2, b2 = [array(p) for p in params]
    N = cache.X.shape[1]
    ones = np.ones(N)
    delta2 = (cache.P - cache.Y) / N
    delta1 = (W2 @ delta2) * (1.0 - cache.A**2)
    dW1 = cache.X @ delta1.T + reg * W1
    dW2 = cache.A @ delta2.T + reg * W2
    return [dW1, delta1 @ ones, dW2, delta2 @ ones]


def momentum_update(params, grads, velocities, lr, mu):
    velocities = [mu * array(v) - lr * array(dw) for v, dw in zip(velocities, grads)]
    return [array(w) + v for w, v in zip(params, velocities)], velocities


# Digits.


def digit_gradients(params, X, Y):
    """Mean cross-entropy gradients of a network with one hidden layer; columns are examples."""
    (W1, b1), (W2, b2) = params
    Z1 = W1.T @ X + b1.reshape(-1, 1)
    A1 = np.maximum(Z1, 0.0)
    U = W2.T @ A1 + b2.reshape(-1, 1)
    U = U - U.max(axis=0)
    P = np.exp(U) / np.exp(U).sum(axis=0)
    delta2 = (P - Y) / X.shape[1]
    delta1 = (W2 @ delta2) * np.heaviside(Z1, 0.0)
    return [(X @ delta1.T, delta1.sum(axis=1)), (A1 @ delta2.T, delta2.sum(axis=1))]


def train_digits(x_train, y_train, x_test, seed):
    rng = np.random.default_rng(seed)
    x_train, x_test = array(x_train), array(x_test)
    mean = x_train.mean(axis=0)
    x_train, x_test = x_train - mean, x_test - mean
    D, C = x_train.shape[1], int(np.max(y_train)) + 1
    Y = np.eye(C)[np.array(y_train)]
    votes = np.zeros((len(x_test), C))
    for _ in range(3):
        params = initialise([D, 96, C], rng, "he")
        states = [({}, {}), ({}, {})]
        epochs = 30
        for epoch in range(epochs):
            lr = 0.5 * 0.004 * (1.0 + np.cos(np.pi * epoch / epochs))
            for x, targets in make_batches(x_train, Y, 32, rng):
                x, cache = dropout_forward(x, 0.9, rng)
                grads = digit_gradients(params, x.T, targets.T)
                for l in range(2):
                    new = [
                        adam_step(params[l][k], grads[l][k], states[l][k], lr, 0.9, 0.999, 1e-8)
                        for k in range(2)
                    ]
                    params[l] = tuple(w for w, _ in new)
                    states[l] = tuple(state for _, state in new)
        (W1, b1), (W2, b2) = params
        U = np.maximum(x_test @ W1 + b1, 0.0) @ W2 + b2
        U = U - U.max(axis=1, keepdims=True)
        votes += np.exp(U) / np.exp(U).sum(axis=1, keepdims=True)
    return votes.argmax(axis=1)
