"""Textbook style: formulas translated from mathematics. Column vectors, explicit Jacobian matrices
times upstream gradients, sums of outer products over the examples, slopes by hyperbolic functions,
LSTM gates as four pairs of matrices, and small classes as caches."""


class Cache:
    """What a forward pass remembers, as attributes."""

    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)


def array(v):
    return np.array(v, dtype=float)


# Functions of one number and their slopes.


def sech(u):
    return 2.0 * np.exp(-np.abs(u)) / (1.0 + np.exp(-2.0 * np.abs(u)))


def H(z):
    """Heaviside's function, also the slope of ReLU."""
    return np.heaviside(z, 0.0)


def relu(z):
    return H(z) * z


def sigma(z):
    return np.exp(np.minimum(z, 0.0)) / (1.0 + np.exp(-np.abs(z)))


def sigma_slope(z):
    # 1 / (4 cosh^2(z / 2))
    return 0.25 * sech(0.5 * z) ** 2


def tanh(z):
    t = np.expm1(-2.0 * np.abs(z))
    return np.sign(z) * -t / (2.0 + t)


def tanh_slope(z):
    return sech(z) ** 2


def softplus(u):
    # log(1 + e^u) = max(u, 0) + log(1 + e^-|u|)
    return np.maximum(u, 0.0) + np.log1p(np.exp(-np.abs(u)))


def softmax_vector(s):
    u = s - np.max(s)
    return np.exp(u - np.log(np.sum(np.exp(u))))


def softmax(z):
    return np.stack([softmax_vector(row) for row in array(z)])


def sum_of_outer_products(left, right):
    """sum_n left_n right_n^T over the rows of both."""
    total = np.zeros((left.shape[1], right.shape[1]))
    for a, delta in zip(left, right):
        total = total + np.outer(a, delta)
    return total


def frobenius(A):
    """sqrt(tr A^T A), scaled so that no square overflows or vanishes."""
    A = array(A).reshape(1, -1)
    largest = np.max(np.abs(A), initial=0.0)
    if largest == 0.0:
        return 0.0
    return largest * np.sqrt(np.trace((A / largest) @ (A / largest).T))


# The questions.


def gradient_norms(weights, activation, x, dout):
    g, slope = {
        "tanh": (tanh, tanh_slope),
        "sigmoid": (sigma, sigma_slope),
        "relu": (relu, H),
    }[activation]
    weights = [array(W) for W in weights]
    A, Z = [array(x)], []
    for W in weights:
        Z.append(np.stack([W.T @ a for a in A[-1]]))
        A.append(g(Z[-1]))
    norms = np.zeros(len(weights))
    upstream = array(dout)
    for l in reversed(range(len(weights))):
        delta = np.stack([np.diag(slope(z)).T @ d for z, d in zip(Z[l], upstream)])
        norms[l] = frobenius(sum_of_outer_products(A[l], delta))
        upstream = np.stack([weights[l] @ d for d in delta])
    return norms


def clip_by_global_norm(grads, max_norm):
    # g <- g min(1, c / |g|)
    norm = frobenius(np.concatenate([array(g).ravel() for g in grads] + [np.zeros(1)]))
    factor = min(1.0, max_norm / norm) if norm > 0.0 else 1.0
    return [factor * array(g) for g in grads], norm


def residual_forward(x, W1, W2):
    x, W1, W2 = array(x), array(W1), array(W2)
    Z = np.stack([W1.T @ x_n for x_n in x])
    out = np.stack([x_n + W2.T @ relu(z) for x_n, z in zip(x, Z)])
    return out, Cache(x=x, W1=W1, W2=W2, Z=Z)


def residual_backward(dout, cache):
    # d out / dx = I + W2^T diag(H(z)) W1^T
    dout = array(dout)
    I = np.eye(cache.x.shape[1])
    dx, delta = np.zeros_like(cache.x), np.zeros_like(cache.Z)
    for n, z in enumerate(cache.Z):
        D = np.diag(H(z))
        J = I + cache.W2.T @ D @ cache.W1.T
        dx[n] = J.T @ dout[n]
        delta[n] = D @ cache.W2 @ dout[n]
    return dx, sum_of_outer_products(cache.x, delta), sum_of_outer_products(relu(cache.Z), dout)


def linear_forward(x, W, b):
    x, W, b = array(x), array(W), array(b)
    return np.stack([W.T @ x_n + b for x_n in x]), Cache(x=x, W=W)


def linear_backward_input(dout, cache):
    J = cache.W.T
    return np.stack([J.T @ delta for delta in array(dout)])


def linear_backward_weight(dout, cache):
    delta = array(dout)
    return sum_of_outer_products(cache.x, delta), delta.T @ np.ones(len(delta))


class Segment:
    """Some layers in a row, and the input of the first of them."""

    def __init__(self, layers, a):
        self.layers = layers
        self.a = a

    def output(self):
        a = self.a
        for layer in self.layers:
            a = layer.forward(a)
        return a

    def backward(self, delta):
        inputs = [self.a]
        for layer in self.layers[:-1]:
            inputs.append(layer.forward(inputs[-1]))
        grads = []
        for layer, a in zip(reversed(self.layers), reversed(inputs)):
            delta, dW = layer.backward(delta, a)
            grads.insert(0, dW)
        return delta, grads


def checkpointed_gradient(layers, x, dout, every):
    segments = [Segment(layers[0:every], array(x))]
    for start in range(every, len(layers), every):
        segments.append(Segment(layers[start : start + every], segments[-1].output()))
    delta, grads = array(dout), []
    while segments:
        delta, new = segments.pop().backward(delta)
        grads = new + grads
    return delta, grads


def rnn_forward(x, h0, Wx, Wh, b):
    x, h0, Wx, Wh, b = array(x), array(h0), array(Wx), array(Wh), array(b)
    N, T, _ = x.shape
    states = np.zeros((N, T + 1, Wh.shape[0]))  # h_0, h_1, ..., h_T
    z = np.zeros((N, T + 1, Wh.shape[0]))
    states[:, 0] = h0
    for n in range(N):
        for t in range(1, T + 1):
            z[n, t] = Wx.T @ x[n, t - 1] + Wh.T @ states[n, t - 1] + b
            states[n, t] = tanh(z[n, t])
    return states[:, 1:].copy(), Cache(x=x, states=states, z=z, Wx=Wx, Wh=Wh)


def rnn_backward(dh, cache):
    # eps_t = dL/dh_t in all ways, delta_t = diag(1 / cosh^2 z_t) eps_t, eps_{t-1} = dh_{t-1} + Wh delta_t
    x, Wx, Wh = cache.x, cache.Wx, cache.Wh
    dh = array(dh)
    N, T, _ = x.shape
    dx, dh0 = np.zeros_like(x), np.zeros((N, Wh.shape[0]))
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[0])
    for n in range(N):
        later = np.zeros(Wh.shape[0])
        for t in range(T, 0, -1):
            S = np.diag(tanh_slope(cache.z[n, t]))
            J_h, J_x = S @ Wh.T, S @ Wx.T
            epsilon = dh[n, t - 1] + later
            delta = S.T @ epsilon
            dWx = dWx + np.outer(x[n, t - 1], delta)
            dWh = dWh + np.outer(cache.states[n, t - 1], delta)
            db = db + delta
            dx[n, t - 1] = J_x.T @ epsilon
            later = J_h.T @ epsilon
        dh0[n] = later
    return dx, dh0, dWx, dWh, db


GATES = ("i", "f", "o", "g")


def lstm_step_forward(x, h, c, Wx, Wh, b):
    x, h, c = array(x), array(h), array(c)
    U = dict(zip(GATES, np.split(array(Wx), 4, axis=1)))
    V = dict(zip(GATES, np.split(array(Wh), 4, axis=1)))
    bias = dict(zip(GATES, np.split(array(b), 4)))
    z = {k: (U[k].T @ x.T + V[k].T @ h.T + bias[k].reshape(-1, 1)).T for k in GATES}
    i, f, o, g = sigma(z["i"]), sigma(z["f"]), sigma(z["o"]), tanh(z["g"])
    c_new = f * c + i * g
    h_new = o * tanh(c_new)
    return h_new, c_new, Cache(x=x, h=h, c=c, U=U, V=V, z=z, i=i, f=f, o=o, g=g, c_new=c_new)


def lstm_step_backward(dh, dc, cache):
    dh, dc = array(dh), array(dc)
    z = cache.z
    # Total gradient by the new cell: its own, and the one that comes through the new state.
    epsilon = dc + dh * cache.o * tanh_slope(cache.c_new)
    delta = {
        "i": epsilon * cache.g * sigma_slope(z["i"]),
        "f": epsilon * cache.c * sigma_slope(z["f"]),
        "o": dh * tanh(cache.c_new) * sigma_slope(z["o"]),
        "g": epsilon * cache.i * tanh_slope(z["g"]),
    }
    dx = sum((cache.U[k] @ delta[k].T).T for k in GATES)
    dh_old = sum((cache.V[k] @ delta[k].T).T for k in GATES)
    dc_old = epsilon * cache.f
    dWx = np.hstack([sum_of_outer_products(cache.x, delta[k]) for k in GATES])
    dWh = np.hstack([sum_of_outer_products(cache.h, delta[k]) for k in GATES])
    db = np.concatenate([delta[k].sum(axis=0) for k in GATES])
    return dx, dh_old, dc_old, dWx, dWh, db


def attention_forward(Q, K, V):
    Q, K, V = array(Q), array(K), array(V)
    d = Q.shape[1]
    P = np.stack([softmax_vector(K @ q / np.sqrt(d)) for q in Q])
    return np.stack([V.T @ p for p in P]), Cache(Q=Q, K=K, V=V, P=P)


def attention_backward(dout, cache):
    # out = V^T p, dp/ds = diag(p) - p p^T, s = K q / sqrt(d)
    Q, K, V, P = cache.Q, cache.K, cache.V, cache.P
    root = np.sqrt(Q.shape[1])
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for m, delta in enumerate(array(dout)):
        p = P[m]
        J = np.diag(p) - np.outer(p, p)
        ds = J.T @ (V @ delta)
        dQ[m] = (K / root).T @ ds
        dK = dK + np.outer(ds, Q[m] / root)
        dV = dV + np.outer(p, delta)
    return dQ, dK, dV


def feedback_alignment_grads(W1, W2, B, x, y):
    W1, W2, B, x, y = array(W1), array(W2), array(B), array(x), array(y)
    N = len(x)
    dW1, dW2 = np.zeros_like(W1), np.zeros_like(W2)
    for n in range(N):
        z = W1.T @ x[n]
        h = tanh(z)
        delta2 = (W2.T @ h - y[n]) / N
        delta1 = np.diag(tanh_slope(z)) @ B.T @ delta2
        dW1 = dW1 + np.outer(x[n], delta1)
        dW2 = dW2 + np.outer(h, delta2)
    return dW1, dW2


def forward_forward_loss(W, b, x_pos, x_neg, theta):
    W, b = array(W), array(b)
    loss, dW, db = 0.0, np.zeros_like(W), np.zeros_like(b)
    for sign, examples in ((1.0, array(x_pos)), (-1.0, array(x_neg))):
        N = len(examples)
        for x in examples:
            h = relu(W.T @ x + b)
            u = sign * (theta - h @ h)
            loss = loss + softplus(u) / N
            # dL/dgamma = -sign sigma(u) / N, dgamma/dh = 2 h, and h = 0 where ReLU is off
            delta = -sign * sigma(u) / N * 2.0 * h
            dW = dW + np.outer(x, delta)
            db = db + delta
    return loss, dW, db


def hessian_vector_product(grad, x, v, h=1e-5):
    x, v = array(x), array(v)
    size = np.sqrt(np.sum(v**2))  # walk along the unit vector, whatever the size of v
    ahead, behind = array(grad(x + h * v / size)), array(grad(x - h * v / size))
    return size * (ahead - behind) / (2.0 * h)


def causal_attention_forward(Q, K, V):
    # Position t attends over the first t + 1 keys: p = softmax(K_{0..t} q_t / sqrt(d))
    Q, K, V = array(Q), array(K), array(V)
    root = np.sqrt(Q.shape[1])
    p = [softmax_vector(K[: t + 1] @ q / root) for t, q in enumerate(Q)]
    out = np.stack([V[: t + 1].T @ p_t for t, p_t in enumerate(p)])
    return out, Cache(Q=Q, K=K, V=V, p=p)


def causal_attention_backward(dout, cache):
    Q, K, V = cache.Q, cache.K, cache.V
    root = np.sqrt(Q.shape[1])
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for t, delta in enumerate(array(dout)):
        p, seen = cache.p[t], slice(0, t + 1)
        J = np.diag(p) - np.outer(p, p)
        ds = J @ (V[seen] @ delta)
        dQ[t] = K[seen].T @ ds / root
        dK[seen] += np.outer(ds, Q[t]) / root
        dV[seen] += np.outer(p, delta)
    return dQ, dK, dV


def multi_head_forward(x, Wq, Wk, Wv, Wo, heads):
    # out = sum over heads of attention(x A, x B, x C) R, with the columns A, B, C and the rows R
    x, Wq, Wk, Wv, Wo = array(x), array(Wq), array(Wk), array(Wv), array(Wo)
    width = len(Wo) // heads
    parts, out = [], np.zeros_like(x)
    for h in range(heads):
        mine = slice(h * width, (h + 1) * width)
        o, c = attention_forward(x @ Wq[:, mine], x @ Wk[:, mine], x @ Wv[:, mine])
        parts.append((mine, o, c))
        out = out + o @ Wo[mine]
    return out, Cache(x=x, W=(Wq, Wk, Wv), Wo=Wo, parts=parts)


def multi_head_backward(dout, cache):
    x, delta = cache.x, array(dout)
    dx, dWo = np.zeros_like(x), np.zeros_like(cache.Wo)
    dW = [np.zeros_like(W) for W in cache.W]
    for mine, o, c in cache.parts:
        dWo[mine] = o.T @ delta
        for i, d in enumerate(attention_backward(delta @ cache.Wo[mine].T, c)):
            dW[i][:, mine] = x.T @ d
            dx = dx + d @ cache.W[i][:, mine].T
    return dx, *dW, dWo


def flash_attention_backward(dout, Q, K, V, out, logsumexp):
    # One key at a time: p_n = exp(Q k_n / sqrt(d) - l), ds_n = p_n * (dout v_n - delta)
    Q, K, V, dout = array(Q), array(K), array(V), array(dout)
    root = np.sqrt(Q.shape[1])
    delta = np.array([o @ g for o, g in zip(array(out), dout)])
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for n in range(len(K)):
        p = np.exp(Q @ K[n] / root - array(logsumexp))
        ds = p * (dout @ V[n] - delta) / root
        dQ += np.outer(ds, K[n])
        dK[n] = Q.T @ ds
        dV[n] = dout.T @ p
    return dQ, dK, dV
