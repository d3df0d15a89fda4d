"""Wrong answers to 05-network, written without sight of the bank."""

RIGHT = dict(globals())


def apart(block):
    """Run a block at once, so that the names in it stay its own."""
    block()


# ---------------------------------------------------------------- topological_order


@wrong("topological_order", "root first, then its parents, and the list turned round at the end")
def topological_order(root):
    gesehen = set()
    liste = []
    stack = [root]
    while len(stack) > 0:
        knoten = stack.pop()
        if id(knoten) in gesehen:
            continue
        gesehen.add(id(knoten))
        liste.append(knoten)
        for p in knoten.parents:
            stack.append(p)
    liste.reverse()
    return liste


@wrong("topological_order", "level by level from the root with a queue, reversed")
def topological_order(root):
    from collections import deque

    queue = deque([root])
    visited = {id(root)}
    result = deque()
    while queue:
        current = queue.popleft()
        result.appendleft(current)
        for parent in current.parents:
            if id(parent) not in visited:
                visited.add(id(parent))
                queue.append(parent)
    return list(result)


@wrong("topological_order", "plain recursion, which does not survive a chain of 5,000")
def topological_order(root):
    topo = []
    visited = set()

    def build_topo(v):
        if v not in visited:
            visited.add(v)
            for child in v.parents:
                build_topo(child)
            topo.append(v)

    build_topo(root)
    return topo


@apart
def order_default_argument():
    @wrong("topological_order", "the set of seen nodes is a default argument and survives the call")
    def topological_order(root, seen=set(), order=None):
        if order is None:
            order = []
        if root in seen:
            return order
        seen.add(root)
        for parent in root.parents:
            topological_order(parent, seen, order)
        order.append(root)
        return order


@wrong("topological_order", "own stack, but a node counts as done when it is put there")
def topological_order(root):
    order, todo = [], [(root, False)]
    noted = {id(root)}
    while todo:
        node, parents_done = todo.pop()
        if parents_done:
            order.append(node)
        else:
            todo.append((node, True))
            for p in node.parents:
                if id(p) not in noted:
                    noted.add(id(p))
                    todo.append((p, False))
    return order


@wrong("topological_order", "children are counted once, but counted down once for each arrow")
def topological_order(root):
    # how many nodes need me?
    needed_by = {root: 0}
    todo = [root]
    while todo:
        node = todo.pop()
        for p in set(node.parents):
            if p not in needed_by:
                needed_by[p] = 0
                todo.append(p)
            needed_by[p] += 1
    # now take away from the root
    ready = [root]
    backwards = []
    while ready:
        node = ready.pop(0)
        backwards.append(node)
        for p in node.parents:
            needed_by[p] = needed_by[p] - 1
            if needed_by[p] == 0:
                ready.append(p)
    return backwards[::-1]


@wrong("topological_order", "nodes without parents are not put on the list")
def topological_order(root):
    done = []
    done_ids = set()
    stack = [root]
    while stack:
        node = stack[-1]
        if id(node) in done_ids or len(node.parents) == 0:
            stack.pop()
            continue
        waiting = [p for p in node.parents if id(p) not in done_ids and len(p.parents) > 0]
        if waiting:
            stack.extend(waiting)
        else:
            done.append(node)
            done_ids.add(id(node))
            stack.pop()
    return done


@wrong(
    "topological_order",
    "recursion guarded against going round only, so shared parents are listed again and again",
)
def topological_order(root):
    result = []

    def go(node, previous):
        for p in node.parents:
            if p is not previous:
                go(p, p)
                previous = p
        result.append(node)

    go(root, None)
    return result


# ---------------------------------------------------------------- Value


@apart
def value_1():
    @wrong("Value", "number minus Value and number by Value are taken the other way round")
    class Value:
        def __init__(self, data, parents=(), send_back=None):
            self.data = float(data)
            self.grad = 0.0
            self.parents = parents
            self.send_back = send_back

        def __add__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            return Value(self.data + other.data, (self, other), lambda d: (d, d))

        def __mul__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            x, y = self.data, other.data
            return Value(x * y, (self, other), lambda d: (d * y, d * x))

        def __pow__(self, n):
            x = self.data
            return Value(x**n, (self,), lambda d: (d * n * x ** (n - 1),))

        def __neg__(self):
            return self * -1

        def __sub__(self, other):
            return self + (-other)

        def __truediv__(self, other):
            return self * other**-1

        __radd__ = __add__
        __rmul__ = __mul__
        __rsub__ = __sub__
        __rtruediv__ = __truediv__

        def exp(self):
            e = np.exp(self.data)
            return Value(e, (self,), lambda d: (d * e,))

        def tanh(self):
            t = np.tanh(self.data)
            return Value(t, (self,), lambda d: (d * (1 - t * t),))

        def relu(self):
            on = self.data > 0
            return Value(self.data if on else 0.0, (self,), lambda d: (d if on else 0.0,))

        def backward(self):
            flow = {id(self): 1.0}
            for v in reversed(RIGHT["topological_order"](self)):
                d = flow[id(v)]
                v.grad += d
                if v.send_back is not None:
                    for p, g in zip(v.parents, v.send_back(d)):
                        flow[id(p)] = flow.get(id(p), 0.0) + g


class NumberWithGradient:
    """What several answers share: a micrograd with a right backward."""

    def __init__(self, data, parents=(), send_back=None):
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self.send_back = send_back

    def _make(self, data, parents, send_back):
        return type(self)(data, parents, send_back)

    def _wrap(self, x):
        return x if hasattr(x, "send_back") else type(self)(x)

    def __add__(self, other):
        other = self._wrap(other)
        return self._make(self.data + other.data, (self, other), lambda dout: (dout, dout))

    def __mul__(self, other):
        other = self._wrap(other)
        a, b = self.data, other.data
        return self._make(a * b, (self, other), lambda dout: (dout * b, dout * a))

    def __pow__(self, n):
        a = self.data
        return self._make(a**n, (self,), lambda dout: (dout * n * a ** (n - 1),))

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + self._wrap(other) * -1.0

    def __truediv__(self, other):
        return self * self._wrap(other) ** -1.0

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return self._wrap(other) - self

    def __rtruediv__(self, other):
        return self._wrap(other) / self

    def exp(self):
        e = float(np.exp(self.data))
        return self._make(e, (self,), lambda dout: (dout * e,))

    def tanh(self):
        t = float(np.tanh(self.data))
        return self._make(t, (self,), lambda dout: (dout * (1 - t**2),))

    def relu(self):
        slope = 1.0 if self.data > 0 else 0.0
        return self._make(self.data * slope, (self,), lambda dout: (dout * slope,))

    def order(self):
        out, stack, seen = [], [(self, 0)], set()
        while stack:
            node, state = stack.pop()
            if state == 1:
                out.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, 1))
                for p in node.parents:
                    stack.append((p, 0))
        return out

    def backward(self):
        arriving = {}
        arriving[id(self)] = 1.0
        for node in self.order()[::-1]:
            g = arriving[id(node)]
            node.grad = node.grad + g
            if node.send_back is None:
                continue
            for p, dp in zip(node.parents, node.send_back(g)):
                arriving[id(p)] = arriving.get(id(p), 0.0) + dp


@wrong("Value", "the slope of a power keeps the exponent n instead of n - 1")
class Value(NumberWithGradient):
    def __pow__(self, n):
        result = self.data**n
        return self._make(result, (self,), lambda dout: (dout * n * result,))

    def __truediv__(self, other):
        other = self._wrap(other)
        a, b = self.data, other.data
        return self._make(a / b, (self, other), lambda dout: (dout / b, -dout * a / b**2))


@wrong("Value", "the slope of tanh is taken at the input: 1 - z squared")
class Value(NumberWithGradient):
    def tanh(self):
        z = self.data
        t = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
        return self._make(t, (self,), lambda dout: (dout * (1 - z**2),))


@wrong("Value", "nothing done yet for numbers on the left")
class Value(NumberWithGradient):
    __radd__ = None
    __rmul__ = None
    __rsub__ = None
    __rtruediv__ = None


@wrong(
    "Value",
    "the slope by the denominator has lost its minus, and the slope of exp takes exp of the output",
)
class Value(NumberWithGradient):
    def __truediv__(self, other):
        other = self._wrap(other)
        top = self.data
        bottom = other.data

        def send_back(dout):
            return dout / bottom, dout * top / (bottom * bottom)

        return self._make(top / bottom, (self, other), send_back)

    def exp(self):
        out = np.exp(self.data)

        def send_back(dout):
            return (dout * np.exp(out),)

        return self._make(out, (self,), send_back)


@wrong("Value", "minus sends the same sign to both sides")
class Value(NumberWithGradient):
    def __sub__(self, other):
        other = self._wrap(other)
        return self._make(self.data - other.data, (self, other), lambda dout: (dout, dout))


@wrong("Value", "-a turns the sign of a itself and returns it")
class Value(NumberWithGradient):
    def __neg__(self):
        self.data = -self.data
        return self


@wrong("Value", "relu lets every gradient through that is positive, whatever the input was")
class Value(NumberWithGradient):
    def relu(self):
        return self._make(max(0.0, self.data), (self,), lambda dout: (max(0.0, dout),))


@wrong("Value", "relu of 1 and more gives a slope of the input's size")
class Value(NumberWithGradient):
    def relu(self):
        y = self.data if self.data > 0 else 0
        return self._make(y, (self,), lambda dout: (dout * y,))


@wrong("Value", "a number to the right of the bar or the minus has no .data")
class Value(NumberWithGradient):
    def __sub__(self, other):
        return self._make(self.data - other.data, (self, other), lambda dout: (dout, -dout))

    def __truediv__(self, other):
        a, b = self.data, other.data
        return self._make(a / b, (self, other), lambda dout: (dout / b, -dout * a / b / b))


# ---------------------------------------------------------------- backward


@wrong("backward", "every node passes on all it has received so far, each time something arrives")
class Value(NumberWithGradient):
    def backward(self, dout=1.0):
        self.grad += dout
        if self.send_back is not None:
            for parent, g in zip(self.parents, self.send_back(self.grad)):
                parent.backward(g)


@wrong("backward", "gradients are assigned, not added")
class Value(NumberWithGradient):
    def backward(self):
        self.grad = 1.0
        for v in reversed(self.order()):
            if v.send_back is not None:
                gs = v.send_back(v.grad)
                for i in range(len(gs)):
                    v.parents[i].grad = gs[i]


@wrong("backward", "in a second call the old gradients of the inner nodes are sent down once more")
class Value(NumberWithGradient):
    def backward(self):
        self.grad += 1.0
        for v in reversed(self.order()):
            if v.send_back is not None:
                for p, g in zip(v.parents, v.send_back(v.grad)):
                    p.grad += g


@wrong("backward", "backward itself sets all gradients to zero before it begins")
class Value(NumberWithGradient):
    def backward(self):
        nodes = self.order()
        for n in nodes:
            n.grad = 0.0
        self.grad = 1.0
        while nodes:
            n = nodes.pop()
            if n.send_back:
                for parent, slope in zip(n.parents, n.send_back(n.grad)):
                    parent.grad += slope


@wrong("backward", "only leaves keep their gradient, inner nodes are cleared after they have sent")
class Value(NumberWithGradient):
    def backward(self):
        self.grad = 1.0
        for n in reversed(self.order()):
            if n.send_back is not None:
                for parent, slope in zip(n.parents, n.send_back(n.grad)):
                    parent.grad += slope
                n.grad = 0.0


@wrong("backward", "goes back level by level, so a node may send before all has arrived")
class Value(NumberWithGradient):
    def backward(self):
        flow = {self: 1.0}
        level = [self]
        done = set()
        while level:
            next_level = []
            for n in level:
                if n in done:
                    n.grad += flow.pop(n, 0.0)
                    continue
                done.add(n)
                g = flow.pop(n, 0.0)
                n.grad += g
                if n.send_back is not None:
                    for p, dp in zip(n.parents, n.send_back(g)):
                        flow[p] = flow.get(p, 0.0) + dp
                        next_level.append(p)
            level = next_level


@wrong("backward", "recursive search for the order, as in the video, too deep for 5,000")
class Value(NumberWithGradient):
    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for p in v.parents:
                    build(p)
                topo.append(v)

        build(self)
        flow = {v: 0.0 for v in topo}
        flow[self] = 1.0
        for v in reversed(topo):
            v.grad += flow[v]
            if v.send_back is not None:
                for p, g in zip(v.parents, v.send_back(flow[v])):
                    flow[p] += g


@wrong(
    "backward", "what arrives is collected in a dictionary of the parents, so p * p loses one half"
)
class Value(NumberWithGradient):
    def backward(self):
        flow = {self: 1.0}
        for v in self.order()[::-1]:
            v.grad += flow[v]
            if v.send_back is None:
                continue
            sent = dict(zip(v.parents, v.send_back(flow[v])))
            for p in sent:
                flow[p] = flow.get(p, 0.0) + sent[p]


@wrong(
    "backward",
    "what arrives is kept under the number instead of the node, so equal numbers get mixed",
)
class Value(NumberWithGradient):
    def backward(self):
        flow = {self.data: 1.0}
        for v in self.order()[::-1]:
            g = flow.get(v.data, 0.0)
            v.grad += g
            if v.send_back is not None:
                for p, dp in zip(v.parents, v.send_back(g)):
                    flow[p.data] = flow.get(p.data, 0.0) + dp


@wrong("backward", "the output's own gradient is set to 1 instead of adding 1, all else is right")
class Value(NumberWithGradient):
    def backward(self):
        flow = {id(self): 1.0}
        for v in self.order()[::-1]:
            g = flow[id(v)]
            if v is self:
                v.grad = 1.0
            else:
                v.grad += g
            if v.send_back is not None:
                for p, dp in zip(v.parents, v.send_back(g)):
                    flow[id(p)] = flow.get(id(p), 0.0) + dp


@wrong("backward", "a node that has sent back once is marked as done for ever")
class Value(NumberWithGradient):
    def backward(self):
        flow = {id(self): 1.0}
        for v in self.order()[::-1]:
            if getattr(v, "done", False):
                continue
            v.done = True
            g = flow.get(id(v), 0.0)
            v.grad += g
            if v.send_back is not None:
                for p, dp in zip(v.parents, v.send_back(g)):
                    flow[id(p)] = flow.get(id(p), 0.0) + dp


@wrong(
    "backward",
    "inner gradients are zeroed before a call, so that only the leaves add up over calls",
)
class Value(NumberWithGradient):
    def backward(self):
        nodes = self.order()
        for n in nodes:
            if len(n.parents) > 0:
                n.grad = 0.0
        self.grad += 1.0
        for n in nodes[::-1]:
            if n.send_back is not None:
                for p, dp in zip(n.parents, n.send_back(n.grad)):
                    p.grad += dp


# ---------------------------------------------------------------- initialise


@wrong("initialise", "the variance is handed over where NumPy wants the standard deviation")
def initialise(widths, rng, scheme):
    params = []
    for i in range(len(widths) - 1):
        fan_in, fan_out = widths[i], widths[i + 1]
        if scheme == "he":
            spread = 2 / fan_in
        else:
            spread = 2 / (fan_in + fan_out)
        params.append((rng.normal(0, spread, (fan_in, fan_out)), np.zeros(fan_out)))
    return params


@wrong("initialise", "Glorot's uniform numbers with the right spread for xavier")
def initialise(widths, rng, scheme):
    layers = []
    for n_in, n_out in zip(widths[:-1], widths[1:]):
        if scheme == "he":
            W = rng.standard_normal((n_in, n_out)) * np.sqrt(2.0 / n_in)
        elif scheme == "xavier":
            limit = np.sqrt(6.0 / (n_in + n_out))
            W = rng.uniform(-limit, limit, size=(n_in, n_out))
        layers.append((W, np.zeros(n_out)))
    return layers


@wrong("initialise", "W stands the other way round, (fan_out, fan_in), and b is a column")
def initialise(widths, rng, scheme):
    params = []
    for l in range(1, len(widths)):
        if scheme == "he":
            W = rng.normal(size=(widths[l], widths[l - 1])) * np.sqrt(2 / widths[l - 1])
        else:
            W = rng.normal(size=(widths[l], widths[l - 1])) * np.sqrt(
                2 / (widths[l - 1] + widths[l])
            )
        params.append((W, np.zeros((widths[l], 1))))
    return params


@wrong("initialise", "the number of pixels is the fan-in of every layer")
def initialise(widths, rng, scheme):
    fan_in = widths[0]
    out = []
    for k, fan_out in enumerate(widths[1:]):
        if scheme == "he":
            std = (2 / fan_in) ** 0.5
        if scheme == "xavier":
            std = (2 / (fan_in + fan_out)) ** 0.5
        out.append((rng.normal(0, std, (widths[k], fan_out)), np.zeros(fan_out)))
    return out


@wrong("initialise", "NumPy's global numbers, the generator lies unused")
def initialise(widths, rng, scheme):
    sizes = list(zip(widths, widths[1:]))
    stds = {
        "he": [np.sqrt(2 / a) for a, b in sizes],
        "xavier": [np.sqrt(2 / (a + b)) for a, b in sizes],
    }[scheme]
    return [(np.random.randn(a, b) * s, np.zeros(b)) for (a, b), s in zip(sizes, stds)]


@wrong("initialise", "xavier as in the blog posts, sqrt(1 / fan_in)")
def initialise(widths, rng, scheme):
    params = []
    for a, b in zip(widths, widths[1:]):
        W = rng.normal(size=(a, b))
        if scheme == "he":
            W *= np.sqrt(2 / a)
        else:
            W *= np.sqrt(1 / a)
        params.append((W, np.zeros((b,))))
    return params


@wrong("initialise", "the biases are random too")
def initialise(widths, rng, scheme):
    result = []
    for a, b in zip(widths, widths[1:]):
        std = np.sqrt(2 / a) if scheme == "he" else np.sqrt(2 / (a + b))
        both = rng.normal(0, std, (a + 1, b))
        result.append((both[:-1], both[-1]))
    return result


@wrong("initialise", "one row is drawn and repeated for all inputs")
def initialise(widths, rng, scheme):
    result = []
    for a, b in zip(widths, widths[1:]):
        std = np.sqrt(2 / a) if scheme == "he" else np.sqrt(2 / (a + b))
        W = np.zeros((a, b))
        W[:] = rng.normal(0, std, b)
        result.append((W, np.zeros(b)))
    return result


@wrong("initialise", "each layer seeds the same generator anew, so layers of one size are equal")
def initialise(widths, rng, scheme):
    seed = rng.integers(0, 2**31)
    weights = []
    for a, b in zip(widths, widths[1:]):
        r = np.random.default_rng(seed)
        std = np.sqrt(2 / a) if scheme == "he" else np.sqrt(2 / (a + b))
        weights.append((r.normal(0, std, (a, b)), np.zeros(b)))
    return weights


# ---------------------------------------------------------------- momentum_step


@wrong(
    "momentum_step",
    "the learning rate is multiplied at the end, so a new lr rescales the old velocity",
)
def momentum_step(w, dw, state, lr, mu):
    if "v" in state:
        buf = mu * state["v"] + dw
    else:
        buf = dw
    return w - lr * buf, {"v": buf}


@wrong("momentum_step", "an average: the gradient is weighted with 1 - mu")
def momentum_step(w, dw, state, lr, mu):
    v = state.get("v", np.zeros(np.shape(w)))
    v = mu * v - (1 - mu) * lr * dw
    return w + v, {"v": v}


@wrong("momentum_step", "w is changed in place")
def momentum_step(w, dw, state, lr, mu):
    if not state:
        state = {"velocity": np.zeros_like(dw, dtype=float)}
    v = mu * state["velocity"] - lr * dw
    w += v
    return w, {"velocity": v}


@wrong("momentum_step", "looks ahead like Nesterov")
def momentum_step(w, dw, state, lr, mu):
    v_prev = state.get("v", 0.0)
    v = mu * v_prev - lr * dw
    w = w - mu * v_prev + (1 + mu) * v
    return w, {"v": v}


@apart
def momentum_global():
    velocity = {}

    @wrong("momentum_step", "velocities lie in a dictionary outside, by shape")
    def momentum_step(w, dw, state, lr, mu):
        v = velocity.get(w.shape, np.zeros(w.shape))
        v = mu * v - lr * dw
        velocity[w.shape] = v
        return w + v, state


@wrong("momentum_step", "the state remembers the velocity of the first step only")
def momentum_step(w, dw, state, lr, mu):
    v = -lr * dw
    if "v" in state:
        v = v + mu * state["v"]
    else:
        state = {"v": v}
    return w + v, state


@wrong("momentum_step", "remembers the step without its momentum part")
def momentum_step(w, dw, state, lr, mu):
    last = state["last"] if len(state) else np.zeros(w.shape)
    step = -lr * dw
    new_w = w + step + mu * last
    return new_w, {"last": step}


# ---------------------------------------------------------------- adam_step


@wrong("adam_step", "t is counted from 0 and raised at the end, with a guard against the division")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    t = state.get("t", 0)
    m = beta1 * state.get("m", 0) + (1 - beta1) * dw
    v = beta2 * state.get("v", 0) + (1 - beta2) * dw**2
    c1 = 1 - beta1**t if t > 0 else 1
    c2 = 1 - beta2**t if t > 0 else 1
    w = w - lr * (m / c1) / (np.sqrt(v / c2) + eps)
    return w, {"t": t + 1, "m": m, "v": v}


@wrong("adam_step", "keeps the corrected averages and goes on from them")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    if state == {}:
        state = dict(m=np.zeros(w.shape), v=np.zeros(w.shape), t=0)
    t = state["t"] + 1
    m = beta1 * state["m"] + (1 - beta1) * dw
    v = beta2 * state["v"] + (1 - beta2) * dw * dw
    m = m / (1 - beta1**t)
    v = v / (1 - beta2**t)
    return w - lr * m / (np.sqrt(v) + eps), dict(m=m, v=v, t=t)


@wrong("adam_step", "eps stands under the root")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    m, v, t = state.get("mvt", (np.zeros_like(dw, dtype=float), np.zeros_like(dw, dtype=float), 0))
    t += 1
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / np.sqrt(v_hat + eps), {"mvt": (m, v, t)}


@wrong("adam_step", "the correction uses beta times t")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
    v = beta2 * state.get("v", 0.0) + (1 - beta2) * np.square(dw)
    mhat = m / abs(1 - beta1 * t)
    vhat = v / abs(1 - beta2 * t)
    return w - lr * mhat / (np.sqrt(vhat) + eps), {"m": m, "v": v, "t": t}


@wrong("adam_step", "the step number is not kept, each step is corrected like the first")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    t = 0
    m = state["m"] if "m" in state else np.zeros(dw.shape)
    v = state["v"] if "v" in state else np.zeros(dw.shape)
    t += 1
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    w_new = w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w_new, {"m": m, "v": v}


@apart
def adam_global():
    count = [0]

    @wrong("adam_step", "all parameters share one step counter")
    def adam_step(w, dw, state, lr, beta1, beta2, eps):
        count[0] += 1
        m = beta1 * state.get("m", 0) + (1 - beta1) * dw
        v = beta2 * state.get("v", 0) + (1 - beta2) * dw**2
        m_hat = m / (1 - beta1 ** count[0])
        v_hat = v / (1 - beta2 ** count[0])
        return w - lr * m_hat / (np.sqrt(v_hat) + eps), {"m": m, "v": v}


@wrong("adam_step", "only the squares are corrected for the start")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0) + (1 - beta1) * dw
    v = beta2 * state.get("v", 0) + (1 - beta2) * dw**2
    vt = v / (1 - beta2**t)
    return w - lr * m / (np.sqrt(vt) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "one length for the whole array instead of one for each entry")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0) + (1 - beta1) * dw
    v = beta2 * state.get("v", 0) + (1 - beta2) * np.sum(dw**2)
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), {
        "t": t,
        "m": m,
        "v": v,
    }


@wrong("adam_step", "the two betas have changed places in the correction")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    s = {"m": 0, "v": 0, "t": 0} | state
    s["t"] += 1
    s["m"] = beta1 * s["m"] + (1 - beta1) * dw
    s["v"] = beta2 * s["v"] + (1 - beta2) * dw**2
    m_hat = s["m"] / (1 - beta2 ** s["t"])
    v_hat = s["v"] / (1 - beta1 ** s["t"])
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), s


@wrong("adam_step", "entries whose gradient is 0 stay where they are")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0) + (1 - beta1) * dw
    v = beta2 * state.get("v", 0) + (1 - beta2) * dw**2
    step = lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    step = np.where(dw == 0, 0.0, step)
    return w - step, {"t": t, "m": m, "v": v}


@wrong("adam_step", "the largest corrected square so far is used, and kept")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0) + (1 - beta1) * dw
    v = beta2 * state.get("v", 0) + (1 - beta2) * dw**2
    v_hat = np.maximum(v / (1 - beta2**t), state.get("vmax", 0))
    new = w - lr * (m / (1 - beta1**t)) / (np.sqrt(v_hat) + eps)
    return new, {"t": t, "m": m, "v": v, "vmax": v_hat}


# ---------------------------------------------------------------- dropout_forward


@wrong("dropout_forward", "the kept entries are not scaled")
def dropout_forward(x, p_keep, rng):
    keep = rng.random(x.shape) < p_keep
    return x * keep, keep


@wrong("dropout_forward", "the wrong share is kept")
def dropout_forward(x, p_keep, rng):
    zufall = rng.random(x.shape)
    mask = np.ones(x.shape)
    mask[zufall < p_keep] = 0
    return x * mask / p_keep, (mask, p_keep)


@wrong("dropout_forward", "one decision for each column, the same in all rows")
def dropout_forward(x, p_keep, rng):
    mask = (rng.random(x.shape[-1]) < p_keep) / p_keep
    return x * mask, np.broadcast_to(mask, x.shape)


@wrong("dropout_forward", "always the same number of entries is kept")
def dropout_forward(x, p_keep, rng):
    n = x.size
    chosen = rng.permutation(n)[: int(round(n * p_keep))]
    mask = np.zeros(n)
    mask[chosen] = 1 / p_keep
    mask = mask.reshape(x.shape)
    return x * mask, mask


@wrong("dropout_forward", "scaled by p_keep as one does when testing")
def dropout_forward(x, p_keep, rng):
    mask = rng.binomial(1, p_keep, size=x.shape)
    out = x * mask * p_keep
    return out, mask * p_keep


@wrong("dropout_forward", "scaled by the share that was kept in this draw")
def dropout_forward(x, p_keep, rng):
    u = rng.random(x.shape)
    mask = (u < p_keep).astype(float)
    share = mask.mean() if mask.any() else 1.0
    mask = mask / share
    return x * mask, mask


@wrong("dropout_forward", "x itself is emptied")
def dropout_forward(x, p_keep, rng):
    mask = rng.random(x.shape) >= p_keep
    x[mask] = 0
    out = x / p_keep
    return out, ~mask / p_keep


@wrong("dropout_forward", "the shape is unpacked as in np.random.rand")
def dropout_forward(x, p_keep, rng):
    mask = (rng.random(*x.shape) < p_keep) / p_keep
    return x * mask, mask


@wrong("dropout_forward", "the probability is rounded to tenths")
def dropout_forward(x, p_keep, rng):
    wuerfel = rng.integers(0, 10, x.shape)
    mask = np.where(wuerfel < int(10 * p_keep), 1 / p_keep, 0)
    return x * mask, mask


@wrong("dropout_forward", "normal numbers are compared with p_keep")
def dropout_forward(x, p_keep, rng):
    mask = (rng.standard_normal(x.shape) < p_keep) / p_keep
    return x * mask, mask


@wrong("dropout_forward", "a fixed seed instead of the generator")
def dropout_forward(x, p_keep, rng):
    rng = np.random.default_rng(42)
    mask = (rng.random(x.shape) < p_keep) / p_keep
    return x * mask, mask


# ---------------------------------------------------------------- dropout_backward


def keeping_out(x, p_keep, rng):
    out = np.where(rng.random(x.shape) < p_keep, x / p_keep, 0.0)
    return out, (x, out, p_keep)


@wrong(
    "dropout_backward",
    "guesses what was kept from out != 0, so kept zeros count as dropped",
    dropout_forward=keeping_out,
)
def dropout_backward(dout, cache):
    x, out, p_keep = cache
    return np.where(out != 0, dout / p_keep, 0.0)


@wrong(
    "dropout_backward",
    "the factor is found as out / x, and there are zeros in x",
    dropout_forward=keeping_out,
)
def dropout_backward(dout, cache):
    x, out, p_keep = cache
    return dout * (out / x)


def keeping_mask(x, p_keep, rng):
    mask = rng.random(x.shape) < p_keep
    return x * mask / p_keep, (mask, p_keep)


@wrong("dropout_backward", "the mask without the scale", dropout_forward=keeping_mask)
def dropout_backward(dout, cache):
    mask, _ = cache
    dx = np.zeros(dout.shape)
    dx[mask] = dout[mask]
    return dx


@wrong(
    "dropout_backward", "all gradients are scaled, none is dropped", dropout_forward=keeping_mask
)
def dropout_backward(dout, cache):
    mask, p = cache
    return dout / p


@wrong("dropout_backward", "works in dout itself", dropout_forward=keeping_mask)
def dropout_backward(dout, cache):
    mask, p = cache
    dout[~mask] = 0
    return dout / p


@apart
def dropout_last_mask():
    last = {}

    def dropout_forward(x, p_keep, rng):
        last["mask"] = (rng.random(x.shape) < p_keep) / p_keep
        return x * last["mask"], None

    @wrong(
        "dropout_backward",
        "the mask is a global, of whichever forward pass came last",
        dropout_forward=dropout_forward,
    )
    def dropout_backward(dout, cache):
        return dout * last["mask"]


@apart
def dropout_scaled_twice():
    def dropout_forward(x, p_keep, rng):
        mask = (rng.random(x.shape) < p_keep) / p_keep
        return x * mask, {"mask": mask, "p": p_keep}

    @wrong(
        "dropout_backward",
        "scaled once more, though the mask holds the scale",
        dropout_forward=dropout_forward,
    )
    def dropout_backward(dout, cache):
        return dout * cache["mask"] / cache["p"]


@apart
def dropout_new_mask():
    def dropout_forward(x, p_keep, rng):
        return x * (rng.random(x.shape) < p_keep) / p_keep, (p_keep, rng)

    @wrong("dropout_backward", "draws anew in the backward pass", dropout_forward=dropout_forward)
    def dropout_backward(dout, cache):
        p_keep, rng = cache
        return dout * (rng.random(dout.shape) < p_keep) / p_keep


# ---------------------------------------------------------------- conv2d_forward


@wrong("conv2d_forward", "a real convolution: the filter is turned round")
def conv2d_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    rows = (H + 2 * pad - HH) // stride + 1
    cols = (W + 2 * pad - WW) // stride + 1
    out = np.zeros((N, F, rows, cols))
    kern = w[:, :, ::-1, ::-1]
    for r in range(rows):
        for s in range(cols):
            win = xp[:, :, r * stride : r * stride + HH, s * stride : s * stride + WW]
            out[:, :, r, s] = np.tensordot(win, kern, ([1, 2, 3], [1, 2, 3])) + b
    return out, (xp, w, stride, pad)


@wrong("conv2d_forward", "one row and one column too few")
def conv2d_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    padded[:, :, pad : pad + H, pad : pad + W] = x
    out_h = int((H + 2 * pad - HH) / stride)
    out_w = int((W + 2 * pad - WW) / stride)
    out = np.zeros((N, F, out_h, out_w))
    for n in range(N):
        for f in range(F):
            for i in range(out_h):
                for j in range(out_w):
                    fenster = padded[
                        n, :, i * stride : i * stride + HH, j * stride : j * stride + WW
                    ]
                    out[n, f, i, j] = np.sum(fenster * w[f]) + b[f]
    return out, (padded, w, stride, pad)


@wrong("conv2d_forward", "the bias is added once for every channel")
def conv2d_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    oh = 1 + (H + 2 * pad - HH) // stride
    ow = 1 + (W + 2 * pad - WW) // stride
    out = np.zeros((N, F, oh, ow))
    for n in range(N):
        for f in range(F):
            for c in range(C):
                for i in range(oh):
                    for j in range(ow):
                        piece = xp[n, c, i * stride : i * stride + HH, j * stride : j * stride + WW]
                        out[n, f, i, j] += (piece * w[f, c]).sum() + b[f]
    return out, (xp, w, stride, pad)


@wrong(
    "conv2d_forward",
    "height and stepping of the columns taken from the rows, as if all were square",
)
def conv2d_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, C, K, _ = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    size = (H + 2 * pad - K) // stride + 1
    out = np.zeros((N, F, size, size))
    for i in range(size):
        for j in range(size):
            for f in range(F):
                teil = xp[:, :, i * stride : i * stride + K, j * stride : j * stride + K]
                out[:, f, i, j] = (teil * w[f]).sum(axis=(1, 2, 3)) + b[f]
    return out, None


@wrong("conv2d_forward", "pictures and channels are padded as well")
def conv2d_forward(x, w, b, stride, pad):
    xp = np.pad(x, pad)
    xp = xp[:, : w.shape[1]]
    N, C, H, W = xp.shape
    F, C, HH, WW = w.shape
    win = np.lib.stride_tricks.sliding_window_view(xp, (HH, WW), axis=(2, 3))[
        :, :, ::stride, ::stride
    ]
    out = np.einsum("ncrsij,fcij->nfrs", win, w) + b[:, None, None]
    return out, (xp, w, stride, pad)


@wrong(
    "conv2d_forward", "the windows always move by one pixel, the stride only shortens the output"
)
def conv2d_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    oh = (xp.shape[2] - HH) // stride + 1
    ow = (xp.shape[3] - WW) // stride + 1
    out = np.empty((N, F, oh, ow))
    for i in range(oh):
        for j in range(ow):
            patch = xp[:, :, i : i + HH, j : j + WW].reshape(N, -1)
            out[:, :, i, j] = patch @ w.reshape(F, -1).T + b
    return out, (xp, w, stride, pad)


@wrong("conv2d_forward", "windows that stick out at the end are taken too")
def conv2d_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    oh = int(np.ceil((H + 2 * pad - HH) / stride)) + 1
    ow = int(np.ceil((W + 2 * pad - WW) / stride)) + 1
    out = np.zeros((N, F, oh, ow))
    for i in range(oh):
        for j in range(ow):
            patch = xp[:, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
            h, v = patch.shape[2:]
            out[:, :, i, j] = np.einsum("ncij,fcij->nf", patch, w[:, :, :h, :v]) + b
    return out, (xp, w, stride, pad)


@wrong("conv2d_forward", "the border repeats the outermost pixels instead of zeros")
def conv2d_forward(x, w, b, stride, pad):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")
    view = np.lib.stride_tricks.sliding_window_view(xp, w.shape[2:], axis=(2, 3))
    view = view[:, :, ::stride, ::stride]
    out = np.tensordot(view, w, axes=([1, 4, 5], [1, 2, 3]))
    return out.transpose(0, 3, 1, 2) + b[None, :, None, None], (xp, w, stride, pad)


@wrong("conv2d_forward", "filters come last in the output")
def conv2d_forward(x, w, b, stride, pad):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    view = np.lib.stride_tricks.sliding_window_view(xp, w.shape[2:], axis=(2, 3))
    view = view[:, :, ::stride, ::stride]
    return np.tensordot(view, w, axes=([1, 4, 5], [1, 2, 3])) + b, (xp, w, stride, pad)


@wrong("conv2d_forward", "zeros on two sides only")
def conv2d_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    padded[:, :, :H, :W] = x
    rows = (H + 2 * pad - HH) // stride + 1
    cols = (W + 2 * pad - WW) // stride + 1
    out = np.zeros((N, F, rows, cols)) + b.reshape(1, F, 1, 1)
    for i in range(HH):
        for j in range(WW):
            part = padded[
                :,
                :,
                i : i + stride * (rows - 1) + 1 : stride,
                j : j + stride * (cols - 1) + 1 : stride,
            ]
            out += np.einsum("ncrs,fc->nfrs", part, w[:, :, i, j])
    return out, (padded, w, stride, pad)


# ---------------------------------------------------------------- conv2d_backward


def conv_plain(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    xp = np.pad(np.asarray(x, dtype=float), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows = (H + 2 * pad - HH) // stride + 1
    cols = (W + 2 * pad - WW) // stride + 1
    out = np.zeros((N, F, rows, cols))
    for r in range(rows):
        for s in range(cols):
            win = xp[:, :, r * stride : r * stride + HH, s * stride : s * stride + WW]
            out[:, :, r, s] = np.einsum("ncij,fcij->nf", win, w) + b
    return out, (x, xp, w, stride, pad)


@wrong(
    "conv2d_backward",
    "the border is cut off with pad:-pad, which leaves nothing without padding",
    conv2d_forward=conv_plain,
)
def conv2d_backward(dout, cache):
    x, xp, w, stride, pad = cache
    N, F, rows, cols = dout.shape
    HH, WW = w.shape[2:]
    dxp = np.zeros(xp.shape)
    dw = np.zeros(w.shape)
    db = dout.sum(axis=(0, 2, 3))
    for r in range(rows):
        for s in range(cols):
            a, c = r * stride, s * stride
            dxp[:, :, a : a + HH, c : c + WW] += np.einsum("nf,fcij->ncij", dout[:, :, r, s], w)
            dw += np.einsum("nf,ncij->fcij", dout[:, :, r, s], xp[:, :, a : a + HH, c : c + WW])
    return dxp[:, :, pad:-pad, pad:-pad], dw, db


@wrong(
    "conv2d_backward", "a pixel keeps only what the last window sends", conv2d_forward=conv_plain
)
def conv2d_backward(dout, cache):
    x, xp, w, stride, pad = cache
    N, F, rows, cols = dout.shape
    _, C, HH, WW = w.shape
    dxp = np.zeros_like(xp)
    dw = np.zeros(w.shape)
    db = np.zeros(F)
    for n in range(N):
        for r in range(rows):
            for s in range(cols):
                fenster = xp[n, :, r * stride : r * stride + HH, s * stride : s * stride + WW]
                summe = np.zeros((C, HH, WW))
                for f in range(F):
                    db[f] += dout[n, f, r, s]
                    dw[f] += dout[n, f, r, s] * fenster
                    summe += dout[n, f, r, s] * w[f]
                dxp[n, :, r * stride : r * stride + HH, s * stride : s * stride + WW] = summe
    H, W = x.shape[2:]
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, db


@wrong(
    "conv2d_backward", "the gradient of the padded picture is returned", conv2d_forward=conv_plain
)
def conv2d_backward(dout, cache):
    x, xp, w, stride, pad = cache
    N, F, rows, cols = dout.shape
    HH, WW = w.shape[2], w.shape[3]
    dx, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for i in range(HH):
        for j in range(WW):
            sl = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * cols : stride]
            piece = xp[sl][:, :, :rows, :cols]
            dw[:, :, i, j] = np.tensordot(dout, piece, ([0, 2, 3], [0, 2, 3]))
            dx[
                :,
                :,
                i : i + stride * (rows - 1) + 1 : stride,
                j : j + stride * (cols - 1) + 1 : stride,
            ] += np.einsum("nfrs,fc->ncrs", dout, w[:, :, i, j])
    return dx, dw, dout.sum((0, 2, 3))


@wrong(
    "conv2d_backward",
    "averaged over the pictures, as if the loss had not done so already",
    conv2d_forward=conv_plain,
)
def conv2d_backward(dout, cache):
    x, xp, w, stride, pad = cache
    N, F, rows, cols = dout.shape
    HH, WW = w.shape[2:]
    dxp = np.zeros(xp.shape)
    dw = np.zeros(w.shape)
    db = dout.sum(axis=(0, 2, 3)) / N
    for r in range(rows):
        for s in range(cols):
            a, c = r * stride, s * stride
            dxp[:, :, a : a + HH, c : c + WW] += np.tensordot(dout[:, :, r, s], w, 1)
            dw += np.tensordot(dout[:, :, r, s].T, xp[:, :, a : a + HH, c : c + WW], 1) / N
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, db


@wrong(
    "conv2d_backward",
    "full convolution with the turned filter: right for stride 1 only, the stride is forgotten",
    conv2d_forward=conv_plain,
)
def conv2d_backward(dout, cache):
    x, xp, w, stride, pad = cache
    N, F, rows, cols = dout.shape
    _, C, HH, WW = w.shape
    H, W = x.shape[2:]
    # gradient by w: correlate the padded picture with dout
    dw = np.zeros(w.shape)
    for i in range(HH):
        for j in range(WW):
            dw[:, :, i, j] = np.einsum("nfrs,ncrs->fc", dout, xp[:, :, i : i + rows, j : j + cols])
    # gradient by x: pad dout and use the turned filter
    dp = np.pad(dout, ((0, 0), (0, 0), (HH - 1, HH - 1), (WW - 1, WW - 1)))
    turned = w[:, :, ::-1, ::-1]
    full = np.zeros(xp.shape)
    for i in range(min(xp.shape[2], rows + HH - 1)):
        for j in range(min(xp.shape[3], cols + WW - 1)):
            full[:, :, i, j] = np.einsum("nfij,fcij->nc", dp[:, :, i : i + HH, j : j + WW], turned)
    return full[:, :, pad : pad + H, pad : pad + W], dw, dout.sum(axis=(0, 2, 3))


@wrong("conv2d_backward", "the filter is turned round for dx", conv2d_forward=conv_plain)
def conv2d_backward(dout, cache):
    x, xp, w, stride, pad = cache
    N, F, rows, cols = dout.shape
    HH, WW = w.shape[2:]
    dxp = np.zeros(xp.shape)
    dw = np.zeros(w.shape)
    wflip = np.flip(w, (2, 3))
    for r in range(rows):
        for s in range(cols):
            a, c = r * stride, s * stride
            dxp[:, :, a : a + HH, c : c + WW] += np.einsum("nf,fcij->ncij", dout[:, :, r, s], wflip)
            dw += np.einsum("nf,ncij->fcij", dout[:, :, r, s], xp[:, :, a : a + HH, c : c + WW])
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dout.sum(axis=(0, 2, 3))


@wrong(
    "conv2d_backward",
    "the cached picture is emptied and used again for dx",
    conv2d_forward=conv_plain,
)
def conv2d_backward(dout, cache):
    x, xp, w, stride, pad = cache
    N, F, rows, cols = dout.shape
    HH, WW = w.shape[2:]
    dw = np.zeros(w.shape)
    for r in range(rows):
        for s in range(cols):
            a, c = r * stride, s * stride
            dw += np.einsum("nf,ncij->fcij", dout[:, :, r, s], xp[:, :, a : a + HH, c : c + WW])
    dxp = xp
    dxp *= 0
    for r in range(rows):
        for s in range(cols):
            a, c = r * stride, s * stride
            dxp[:, :, a : a + HH, c : c + WW] += np.einsum("nf,fcij->ncij", dout[:, :, r, s], w)
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dout.sum(axis=(0, 2, 3))


@wrong(
    "conv2d_backward",
    "windows of the unpadded picture for dw, and db keeps only the last picture",
    conv2d_forward=conv_plain,
)
def conv2d_backward(dout, cache):
    x, xp, w, stride, pad = cache
    N, F, rows, cols = dout.shape
    _, C, HH, WW = w.shape
    dxp = np.zeros(xp.shape)
    dw = np.zeros(w.shape)
    for n in range(N):
        db = np.zeros(F)
        for f in range(F):
            for r in range(rows):
                for s in range(cols):
                    g = dout[n, f, r, s]
                    db[f] += g
                    dxp[n, :, r * stride : r * stride + HH, s * stride : s * stride + WW] += (
                        g * w[f]
                    )
                    part = x[n, :, r * stride : r * stride + HH, s * stride : s * stride + WW]
                    dw[f, :, : part.shape[1], : part.shape[2]] += g * part
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, db


@wrong(
    "conv2d_backward",
    "dx ends with the last window, rows that no window saw are missing",
    conv2d_forward=conv_plain,
)
def conv2d_backward(dout, cache):
    x, xp, w, stride, pad = cache
    N, F, rows, cols = dout.shape
    _, C, HH, WW = w.shape
    H2, W2 = (rows - 1) * stride + HH, (cols - 1) * stride + WW
    dxp = np.zeros((N, C, H2, W2))
    dw = np.zeros(w.shape)
    for r in range(rows):
        for s in range(cols):
            a, c = r * stride, s * stride
            dxp[:, :, a : a + HH, c : c + WW] += np.einsum("nf,fcij->ncij", dout[:, :, r, s], w)
            dw += np.einsum("nf,ncij->fcij", dout[:, :, r, s], xp[:, :, a : a + HH, c : c + WW])
    return dxp[:, :, pad : H2 - pad, pad : W2 - pad], dw, dout.sum(axis=(0, 2, 3))


@wrong(
    "conv2d_backward",
    "db is summed over the pictures and averaged over the places",
    conv2d_forward=conv_plain,
)
def conv2d_backward(dout, cache):
    x, xp, w, stride, pad = cache
    N, F, rows, cols = dout.shape
    HH, WW = w.shape[2:]
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for r in range(rows):
        for s in range(cols):
            a, c = r * stride, s * stride
            dxp[:, :, a : a + HH, c : c + WW] += np.einsum("nf,fcij->ncij", dout[:, :, r, s], w)
            dw += np.einsum("nf,ncij->fcij", dout[:, :, r, s], xp[:, :, a : a + HH, c : c + WW])
    db = dout.mean(axis=(2, 3)).sum(axis=0)
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, db


# ---------------------------------------------------------------- find_the_bugs


def batches_right(x, y, size, rng):
    perm = rng.permutation(len(x))
    out = []
    for i in range(0, len(x), size):
        idx = perm[i : i + size]
        out.append((x[idx], y[idx]))
    return out


def loss_right(params, x, y, reg):
    W1, b1, W2, b2 = params
    h = np.tanh(x @ W1 + b1)
    logits = h @ W2 + b2
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -np.mean(log_p[np.arange(len(y)), y])
    loss += 0.5 * reg * (np.sum(W1**2) + np.sum(W2**2))
    return loss, (x, h, np.exp(log_p), y)


def gradients_right(params, cache, reg):
    W1, b1, W2, b2 = params
    x, h, p, y = cache
    dlogits = p.copy()
    dlogits[np.arange(len(y)), y] -= 1
    dlogits /= len(y)
    dW2 = h.T @ dlogits + reg * W2
    db2 = dlogits.sum(axis=0)
    dz = (dlogits @ W2.T) * (1 - h**2)
    dW1 = x.T @ dz + reg * W1
    db1 = dz.sum(axis=0)
    return [dW1, db1, dW2, db2]


def momentum_right(params, grads, velocities, lr, mu):
    new_v = []
    new_p = []
    for p, g, v in zip(params, grads, velocities):
        new_v.append(mu * v - lr * g)
        new_p.append(p + new_v[-1])
    return new_p, new_v


MENDED = {
    "make_batches": batches_right,
    "classifier_loss": loss_right,
    "classifier_gradients": gradients_right,
    "momentum_update": momentum_right,
}


@apart
def bugs_of_batches():
    others = {k: v for k, v in MENDED.items() if k != "make_batches"}

    @wrong("find_the_bugs", "the last full batch is back, but not a smaller one", **others)
    def make_batches(x, y, size, rng):
        order = rng.permutation(len(x))
        chosen = [order[start : start + size] for start in range(0, len(x) - size + 1, size)]
        return [(x[rows], y[rows]) for rows in chosen]

    @wrong("find_the_bugs", "pictures and labels are shuffled apart", **others)
    def make_batches(x, y, size, rng):
        xs = x[rng.permutation(len(x))]
        ys = y[rng.permutation(len(y))]
        return [(xs[s : s + size], ys[s : s + size]) for s in range(0, len(x), size)]

    @wrong(
        "find_the_bugs",
        "the last batch is filled up from the end, so some examples are in twice",
        **others,
    )
    def make_batches(x, y, size, rng):
        order = rng.permutation(len(x))
        batches = []
        for start in range(0, len(x), size):
            if start + size > len(x):
                start = max(0, len(x) - size)
            batches.append((x[order[start : start + size]], y[order[start : start + size]]))
        return batches

    @wrong("find_the_bugs", "x and y are shuffled in place", **others)
    def make_batches(x, y, size, rng):
        order = rng.permutation(len(x))
        x[:] = x[order]
        y[:] = y[order]
        return [(x[s : s + size].copy(), y[s : s + size].copy()) for s in range(0, len(x), size)]


@apart
def bugs_of_loss():
    others = {k: v for k, v in MENDED.items() if k != "classifier_loss"}

    @wrong(
        "find_the_bugs",
        "the logits are clipped at 500 and a small number is added in the logarithm",
        **others,
    )
    def classifier_loss(params, x, y, reg):
        W1, b1, W2, b2 = params
        h = np.tanh(x @ W1 + b1)
        logits = np.clip(h @ W2 + b2, -500, 500)
        e = np.exp(logits)
        p = e / e.sum(axis=1, keepdims=True)
        loss = -np.mean(np.log(p[np.arange(len(y)), y] + 1e-12))
        loss += 0.5 * reg * (np.sum(W1**2) + np.sum(W2**2))
        return loss, (x, h, p, y)

    @wrong("find_the_bugs", "the penalty is without its half and counts the biases", **others)
    def classifier_loss(params, x, y, reg):
        loss, cache = loss_right(params, x, y, 0)
        return loss + reg * sum(np.sum(w**2) for w in params), cache

    @wrong("find_the_bugs", "the largest logit of each column is taken off", **others)
    def classifier_loss(params, x, y, reg):
        W1, b1, W2, b2 = params
        h = np.tanh(x @ W1 + b1)
        logits = h @ W2 + b2
        shifted = logits - logits.max(axis=0)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        loss = -np.mean(log_p[np.arange(len(y)), y])
        loss += 0.5 * reg * (np.sum(W1**2) + np.sum(W2**2))
        return loss, (x, h, np.exp(log_p), y)

    @wrong("find_the_bugs", "the loss is left as it was", **others)
    def classifier_loss(params, x, y, reg):
        W1, b1, W2, b2 = params
        h = np.tanh(x @ W1 + b1)
        logits = h @ W2 + b2
        shifted = logits - logits.max()
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        loss = -np.mean(log_p[np.arange(len(y)), y])
        loss += 0.5 * reg * (np.sum(W1**2) + np.sum(W2**2))
        return loss, (x, h, np.exp(log_p), y)


@apart
def bugs_of_gradients():
    others = {k: v for k, v in MENDED.items() if k != "classifier_gradients"}

    @wrong(
        "find_the_bugs",
        "the slope of tanh is still (1 - h) squared, and db2 still a mean",
        **others,
    )
    def classifier_gradients(params, cache, reg):
        W1, b1, W2, b2 = params
        x, h, p, y = cache
        dlogits = p.copy()
        dlogits[np.arange(len(y)), y] -= 1
        dlogits /= len(y)
        dW2 = h.T @ dlogits + reg * W2
        db2 = dlogits.mean(axis=0)
        dz = (dlogits @ W2.T) * (1 - h) ** 2
        dW1 = x.T @ dz + reg * W1
        db1 = dz.sum(axis=0)
        return [dW1, db1, dW2, db2]

    @wrong("find_the_bugs", "tanh is taken once more of what is tanh already", **others)
    def classifier_gradients(params, cache, reg):
        W1, b1, W2, b2 = params
        x, h, p, y = cache
        dlogits = p.copy()
        dlogits[np.arange(len(y)), y] -= 1
        dlogits /= len(y)
        dh = dlogits @ W2.T
        dz = dh * (1 - np.tanh(h) ** 2)
        return [x.T @ dz + reg * W1, dz.sum(axis=0), h.T @ dlogits + reg * W2, dlogits.sum(axis=0)]

    @wrong("find_the_bugs", "the copy is gone, so the cached probabilities are changed", **others)
    def classifier_gradients(params, cache, reg):
        W1, b1, W2, b2 = params
        x, h, dlogits, y = cache
        dlogits[np.arange(len(y)), y] -= 1
        dlogits /= len(y)
        dz = (dlogits @ W2.T) * (1 - h**2)
        return [x.T @ dz + reg * W1, dz.sum(axis=0), h.T @ dlogits + reg * W2, dlogits.sum(axis=0)]

    @wrong(
        "find_the_bugs",
        "the penalty on W1 is still missing, and the friend's db2 is right now",
        **others,
    )
    def classifier_gradients(params, cache, reg):
        W1, b1, W2, b2 = params
        x, h, p, y = cache
        onehot = np.zeros(p.shape)
        for k in range(len(y)):
            onehot[k, y[k]] = 1
        dlogits = (p - onehot) / len(y)
        dW2 = h.T @ dlogits + reg * W2
        db2 = np.sum(dlogits, 0)
        dz = (dlogits @ W2.T) * (1 - h * h)
        dW1 = x.T @ dz
        db1 = np.sum(dz, 0)
        return [dW1, db1, dW2, db2]

    @wrong("find_the_bugs", "the penalty is on the biases now and twice on the weights", **others)
    def classifier_gradients(params, cache, reg):
        grads = gradients_right(params, cache, reg)
        return [g + reg * w for g, w in zip(grads, params)]

    @wrong("find_the_bugs", "the batch size is missing now: sums everywhere", **others)
    def classifier_gradients(params, cache, reg):
        W1, b1, W2, b2 = params
        x, h, p, y = cache
        dlogits = p.copy()
        dlogits[np.arange(len(y)), y] -= 1
        dz = (dlogits @ W2.T) * (1 - h**2)
        return [x.T @ dz + reg * W1, dz.sum(axis=0), h.T @ dlogits + reg * W2, dlogits.sum(axis=0)]


@apart
def bugs_of_momentum():
    others = {k: v for k, v in MENDED.items() if k != "momentum_update"}

    @wrong("find_the_bugs", "the step is taken against the velocity", **others)
    def momentum_update(params, grads, velocities, lr, mu):
        faster = [mu * v - lr * dw for v, dw in zip(velocities, grads)]
        return [w - v for w, v in zip(params, faster)], faster

    @wrong("find_the_bugs", "momentum with arrays changed in place", **others)
    def momentum_update(params, grads, velocities, lr, mu):
        for i in range(len(params)):
            velocities[i] *= mu
            velocities[i] -= lr * grads[i]
            params[i] = params[i] + velocities[i]
        return params, velocities

    @wrong(
        "find_the_bugs", "new parameters are right, but the old velocities are handed on", **others
    )
    def momentum_update(params, grads, velocities, lr, mu):
        faster = [mu * v - lr * dw for v, dw in zip(velocities, grads)]
        return [w + v for w, v in zip(params, faster)], velocities

    @wrong("find_the_bugs", "only the velocity of the last parameter is used", **others)
    def momentum_update(params, grads, velocities, lr, mu):
        faster = []
        for v, dw in zip(velocities, grads):
            v = mu * v - lr * dw
            faster.append(v)
        return [w + np.mean(v) for w in params], faster


# ---------------------------------------------------------------- train_digits


@wrong("train_digits", "weights are drawn and never trained")
def train_digits(x_train, y_train, x_test, seed):
    rng = np.random.default_rng(seed)
    W1, b1 = rng.normal(size=(64, 32)) * np.sqrt(2 / 64), np.zeros(32)
    W2, b2 = rng.normal(size=(32, 10)) * np.sqrt(2 / 32), np.zeros(10)
    h = np.maximum(0, x_test @ W1 + b1)
    return np.argmax(h @ W2 + b2, axis=1)


@wrong("train_digits", "twenty steps are far too few")
def train_digits(x_train, y_train, x_test, seed):
    rng = np.random.default_rng(seed)
    params = [(rng.normal(0, np.sqrt(2 / a), (a, b)), np.zeros(b)) for a, b in ((64, 40), (40, 10))]
    for step in range(20):
        idx = rng.choice(len(x_train), 64, replace=False)
        loss, grads = mlp_loss(params, x_train[idx], y_train[idx], 0.0)
        params = [(W - 0.1 * dW, b - 0.1 * db) for (W, b), (dW, db) in zip(params, grads)]
    logits, _ = mlp_forward(params, x_test)
    return logits.argmax(axis=1)


@wrong("train_digits", "the ten numbers of the last layer are returned, not a label")
def train_digits(x_train, y_train, x_test, seed):
    rng = np.random.default_rng(seed)
    W, b = rng.normal(0, 0.01, (64, 10)), np.zeros(10)
    for _ in range(25):
        loss, grads = mlp_loss([(W, b)], x_train, y_train, 0.0)
        W, b = W - grads[0][0], b - grads[0][1]
    return x_test @ W + b


@wrong("train_digits", "reads the training pictures instead of the others")
def train_digits(x_train, y_train, x_test, seed):
    rng = np.random.default_rng(seed)
    params = [(rng.normal(0, 0.1, (64, 10)), np.zeros(10))]
    for _ in range(25):
        _, ((dW, db),) = mlp_loss(params, x_train, y_train, 0.0)
        params = [(params[0][0] - dW, params[0][1] - db)]
    return mlp_forward(params, x_train)[0].argmax(1)


@wrong("train_digits", "only x is shuffled in each epoch")
def train_digits(x_train, y_train, x_test, seed):
    rng = np.random.default_rng(seed)
    params = [
        (rng.normal(0, 0.17, (64, 32)), np.zeros(32)),
        (rng.normal(0, 0.25, (32, 10)), np.zeros(10)),
    ]
    for epoch in range(5):
        xs = rng.permutation(x_train)
        for i in range(0, len(xs), 50):
            _, grads = mlp_loss(params, xs[i : i + 50], y_train[i : i + 50], 0.0)
            params = [(W - 0.1 * dW, b - 0.1 * db) for (W, b), (dW, db) in zip(params, grads)]
    return np.argmax(mlp_forward(params, x_test)[0], axis=-1)


@wrong("train_digits", "the label is fitted as if it were an amount, and rounded")
def train_digits(x_train, y_train, x_test, seed):
    A = np.hstack([x_train, np.ones((len(x_train), 1))])
    theta, *_ = np.linalg.lstsq(A, y_train.astype(float), rcond=None)
    guess = np.hstack([x_test, np.ones((len(x_test), 1))]) @ theta
    return np.clip(np.rint(guess), 0, 9).astype(int)


@wrong("train_digits", "the nearest mean picture, which is a bit too simple")
def train_digits(x_train, y_train, x_test, seed):
    means = np.array([x_train[y_train == k].mean(axis=0) for k in range(10)])
    dist = ((x_test[:, None, :] - means[None]) ** 2).sum(axis=2)
    return dist.argmin(axis=1)


@wrong("train_digits", "one label for each class: the largest over the wrong axis")
def train_digits(x_train, y_train, x_test, seed):
    params = [(np.zeros((64, 10)), np.zeros(10))]
    for _ in range(25):
        _, grads = mlp_loss(params, x_train, y_train, 0.0)
        params = [(W - dW, b - db) for (W, b), (dW, db) in zip(params, grads)]
    return np.argmax(mlp_forward(params, x_test)[0], axis=0)


@wrong("train_digits", "all weights of both layers start at 0, so nothing but the last bias learns")
def train_digits(x_train, y_train, x_test, seed):
    params = [(np.zeros((64, 50)), np.zeros(50)), (np.zeros((50, 10)), np.zeros(10))]
    for _ in range(20):
        _, grads = mlp_loss(params, x_train, y_train, 0.0)
        params = [(W - 0.5 * dW, b - 0.5 * db) for (W, b), (dW, db) in zip(params, grads)]
    return np.argmax(mlp_forward(params, x_test)[0], axis=1)


@wrong(
    "train_digits", "the first thousand examples of a sorted set: the last digits are never seen"
)
def train_digits(x_train, y_train, x_test, seed):
    rng = np.random.default_rng(seed)
    order = np.argsort(y_train, kind="stable")
    x_fit, y_fit = x_train[order[:1000]], y_train[order[:1000]]
    params = [
        (rng.normal(0, 0.17, (64, 48)), np.zeros(48)),
        (rng.normal(0, 0.2, (48, 10)), np.zeros(10)),
    ]
    for epoch in range(15):
        mix = rng.permutation(1000)
        for i in range(0, 1000, 50):
            k = mix[i : i + 50]
            _, grads = mlp_loss(params, x_fit[k], y_fit[k], 0.0)
            params = [(W - 0.2 * dW, b - 0.2 * db) for (W, b), (dW, db) in zip(params, grads)]
    return np.argmax(mlp_forward(params, x_test)[0], axis=1)


# ---------------------------------------------------------------- rmsprop_step


@wrong("rmsprop_step", "the squares are added up without decay, as AdaGrad does")
def rmsprop_step(w, dw, state, lr, decay, eps):
    c = state.get("c", 0) + dw**2
    return w - lr * dw / (np.sqrt(c) + eps), {"c": c}


@wrong("rmsprop_step", "eps under the root")
def rmsprop_step(w, dw, state, lr, decay, eps):
    c = state.get("c", np.zeros(w.shape))
    c = decay * c + (1 - decay) * dw**2
    return w - lr * dw / np.sqrt(c + eps), {"c": c}


@wrong("rmsprop_step", "corrected for the start like Adam")
def rmsprop_step(w, dw, state, lr, decay, eps):
    t = state.get("t", 0) + 1
    c = decay * state.get("c", 0) + (1 - decay) * dw * dw
    schaetzung = c / (1 - decay**t)
    return w - lr * dw / (schaetzung**0.5 + eps), {"c": c, "t": t}


@wrong("rmsprop_step", "divides by the average before this step has been added")
def rmsprop_step(w, dw, state, lr, decay, eps):
    if "c" not in state:
        state = {"c": (1 - decay) * dw**2}
    c_old = state["c"]
    new_w = w - lr * dw / (np.sqrt(c_old) + eps)
    return new_w, {"c": decay * c_old + (1 - decay) * dw**2}


@wrong("rmsprop_step", "decay stands on the wrong side, and the root is forgotten")
def rmsprop_step(w, dw, state, lr, decay, eps):
    cache = state.get("cache", 0.0)
    cache = (1 - decay) * cache + decay * dw**2
    return w - lr * dw / (cache + eps), {"cache": cache}


@wrong("rmsprop_step", "nothing is written into the state that is returned")
def rmsprop_step(w, dw, state, lr, decay, eps):
    if state == {}:
        c = np.zeros_like(dw, dtype=float)
    else:
        c = state["c"]
    c = decay * c + (1 - decay) * dw**2
    new_w = w - lr / (np.sqrt(c) + eps) * dw
    return new_w, state


@wrong("rmsprop_step", "eps is left out")
def rmsprop_step(w, dw, state, lr, decay, eps):
    c = decay * state.get("c", 0) + (1 - decay) * dw**2
    return w - lr * dw / np.sqrt(c), {"c": c}


@wrong("rmsprop_step", "the learning rate is remembered from the first step")
def rmsprop_step(w, dw, state, lr, decay, eps):
    if len(state) == 0:
        state = {"c": np.zeros(w.shape), "lr": lr}
    c = decay * state["c"] + (1 - decay) * dw**2
    return w - state["lr"] * dw / (np.sqrt(c) + eps), {"c": c, "lr": state["lr"]}


# ---------------------------------------------------------------- embedding_backward


def looked_up(ids, E):
    return E[ids], (ids, E)


@wrong(
    "embedding_backward",
    "dE[ids] += dout, where a repeated id counts once",
    embedding_forward=looked_up,
)
def embedding_backward(dout, cache):
    ids, E = cache
    dE = np.zeros(E.shape)
    dE[ids] += dout
    return dE


@wrong(
    "embedding_backward",
    "loops over the examples and loses words repeated within one",
    embedding_forward=looked_up,
)
def embedding_backward(dout, cache):
    ids, E = cache
    dE = np.zeros(E.shape)
    for n in range(ids.shape[0]):
        dE[ids[n]] += dout[n]
    return dE


@wrong("embedding_backward", "averaged over the places of a word", embedding_forward=looked_up)
def embedding_backward(dout, cache):
    ids, E = cache
    dE = np.zeros(E.shape)
    how_often = np.zeros(len(E))
    for n in range(ids.shape[0]):
        for t in range(ids.shape[1]):
            dE[ids[n, t]] += dout[n, t]
            how_often[ids[n, t]] += 1
    how_often[how_often == 0] = 1
    return dE / how_often[:, None]


@wrong(
    "embedding_backward",
    "rows only for the words that occur up to the largest id",
    embedding_forward=looked_up,
)
def embedding_backward(dout, cache):
    ids, E = cache
    flat = ids.ravel()
    onehot = np.zeros((flat.size, flat.max() + 1))
    onehot[np.arange(flat.size), flat] = 1
    return onehot.T @ dout.reshape(flat.size, -1)


@wrong(
    "embedding_backward",
    "the gradients are added to the cached table itself",
    embedding_forward=looked_up,
)
def embedding_backward(dout, cache):
    ids, E = cache
    E *= 0
    np.add.at(E, ids, dout)
    return E


@wrong(
    "embedding_backward",
    "ids are read column by column, dout row by row",
    embedding_forward=looked_up,
)
def embedding_backward(dout, cache):
    ids, E = cache
    dE = np.zeros(E.shape)
    woerter = [i for spalte in ids.T for i in spalte]
    zeilen = dout.reshape(-1, E.shape[1])
    for wort, zeile in zip(woerter, zeilen):
        dE[wort] = dE[wort] + zeile
    return dE


@wrong("embedding_backward", "the last place of a word wins", embedding_forward=looked_up)
def embedding_backward(dout, cache):
    ids, E = cache
    dE = np.zeros((E.shape[0], dout.shape[-1]))
    for n, row in enumerate(ids):
        for t, word in enumerate(row):
            dE[word, :] = dout[n, t, :]
    return dE


# ---------------------------------------------------------------- maxpool2d_backward


def pooled(x, size, stride):
    N, C, H, W = x.shape
    rows, cols = (H - size) // stride + 1, (W - size) // stride + 1
    out = np.zeros((N, C, rows, cols))
    for r in range(rows):
        for s in range(cols):
            out[:, :, r, s] = x[
                :, :, r * stride : r * stride + size, s * stride : s * stride + size
            ].max(axis=(2, 3))
    return out, (x, out, size, stride)


@wrong("maxpool2d_backward", "a mask x == maximum gives a tie to all", maxpool2d_forward=pooled)
def maxpool2d_backward(dout, cache):
    x, out, size, stride = cache
    dx = np.zeros(x.shape)
    for r in range(dout.shape[2]):
        for s in range(dout.shape[3]):
            sl = np.s_[:, :, r * stride : r * stride + size, s * stride : s * stride + size]
            mask = x[sl] == out[:, :, r : r + 1, s : s + 1]
            dx[sl] += mask * dout[:, :, r : r + 1, s : s + 1]
    return dx


@wrong("maxpool2d_backward", "a tie is shared evenly", maxpool2d_forward=pooled)
def maxpool2d_backward(dout, cache):
    x, out, size, stride = cache
    dx = np.zeros(x.shape)
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            for r in range(dout.shape[2]):
                for s in range(dout.shape[3]):
                    win = x[n, c, r * stride : r * stride + size, s * stride : s * stride + size]
                    m = win == win.max()
                    dx[n, c, r * stride : r * stride + size, s * stride : s * stride + size] += (
                        dout[n, c, r, s] * m / m.sum()
                    )
    return dx


@wrong("maxpool2d_backward", "overlapping windows overwrite each other", maxpool2d_forward=pooled)
def maxpool2d_backward(dout, cache):
    x, out, size, stride = cache
    N, C, R, S = dout.shape
    dx = np.zeros(x.shape)
    for n in range(N):
        for c in range(C):
            for r in range(R):
                for s in range(S):
                    win = x[n, c, r * stride : r * stride + size, s * stride : s * stride + size]
                    i, j = np.unravel_index(np.argmax(win), win.shape)
                    dx[n, c, r * stride + i, s * stride + j] = dout[n, c, r, s]
    return dx


@wrong(
    "maxpool2d_backward",
    "the search begins at 0 and finds nothing among negative numbers",
    maxpool2d_forward=pooled,
)
def maxpool2d_backward(dout, cache):
    x, out, size, stride = cache
    N, C, R, S = dout.shape
    dx = np.zeros(x.shape)
    for n in range(N):
        for c in range(C):
            for r in range(R):
                for s in range(S):
                    best, bi, bj = 0, -1, -1
                    for i in range(r * stride, r * stride + size):
                        for j in range(s * stride, s * stride + size):
                            if x[n, c, i, j] > best:
                                best, bi, bj = x[n, c, i, j], i, j
                    if bi >= 0:
                        dx[n, c, bi, bj] += dout[n, c, r, s]
    return dx


@wrong("maxpool2d_backward", ">= lets the last of equal entries win", maxpool2d_forward=pooled)
def maxpool2d_backward(dout, cache):
    x, out, size, stride = cache
    N, C, R, S = dout.shape
    dx = np.zeros(x.shape)
    for n in range(N):
        for c in range(C):
            for r in range(R):
                for s in range(S):
                    best = -np.inf
                    for i in range(size):
                        for j in range(size):
                            v = x[n, c, r * stride + i, s * stride + j]
                            if v >= best:
                                best = v
                                where = (r * stride + i, s * stride + j)
                    dx[n, c, where[0], where[1]] += dout[n, c, r, s]
    return dx


@wrong(
    "maxpool2d_backward", "the first of equal entries down the columns", maxpool2d_forward=pooled
)
def maxpool2d_backward(dout, cache):
    x, out, size, stride = cache
    N, C, R, S = dout.shape
    dx = np.zeros(x.shape)
    for n, c, r, s in np.ndindex(N, C, R, S):
        win = x[n, c, r * stride : r * stride + size, s * stride : s * stride + size]
        k = int(np.argmax(win.T.copy()))
        j, i = k // size, k % size
        dx[n, c, r * stride + i, s * stride + j] += dout[n, c, r, s]
    return dx


@wrong(
    "maxpool2d_backward",
    "windows are put side by side, size taken for the stride",
    maxpool2d_forward=pooled,
)
def maxpool2d_backward(dout, cache):
    x, out, size, stride = cache
    N, C, R, S = dout.shape
    H, W = x.shape[2:]
    dx = np.zeros(x.shape)
    for n, c, r, s in np.ndindex(N, C, R, S):
        if (r + 1) * size > H or (s + 1) * size > W:
            continue
        win = x[n, c, r * size : (r + 1) * size, s * size : (s + 1) * size]
        i, j = divmod(int(win.argmax()), size)
        dx[n, c, r * size + i, s * size + j] += dout[n, c, r, s]
    return dx


@wrong("maxpool2d_backward", "one winner for all channels of a window", maxpool2d_forward=pooled)
def maxpool2d_backward(dout, cache):
    x, out, size, stride = cache
    N, C, R, S = dout.shape
    dx = np.zeros(x.shape)
    for n in range(N):
        for r in range(R):
            for s in range(S):
                win = x[n, :, r * stride : r * stride + size, s * stride : s * stride + size]
                c, i, j = np.unravel_index(win.argmax(), win.shape)
                dx[n, c, r * stride + i, s * stride + j] += dout[n, :, r, s].sum()
    return dx


# ---------------------------------------------------------------- afterthoughts


@wrong("topological_order", "the list of the root's parents serves as the queue and is eaten up")
def topological_order(root):
    queue = root.parents
    found = [root]
    while queue:
        node = queue.pop()
        if node not in found:
            found.append(node)
        queue.extend(node.parents)
    return found[::-1]


@wrong("Value", "the slope of a power is n out / a, which does not exist at a = 0")
class Value(NumberWithGradient):
    def __pow__(self, n):
        a = self.data
        out = a**n

        def send_back(dout):
            return (dout * n * out / a,)

        return self._make(out, (self,), send_back)


@wrong("Value", "powers by exp and log, so negative numbers have none")
class Value(NumberWithGradient):
    def __pow__(self, n):
        a = self.data
        out = np.exp(n * np.log(a))
        return self._make(out, (self,), lambda dout: (dout * n * out / a,))

    def __truediv__(self, other):
        other = self._wrap(other)
        p, q = self.data, other.data
        return self._make(p / q, (self, other), lambda dout: (dout / q, -dout * p / q**2))


@wrong("backward", "the graph is thrown away after use")
class Value(NumberWithGradient):
    def backward(self):
        flow = {id(self): 1.0}
        for v in self.order()[::-1]:
            g = flow[id(v)]
            v.grad += g
            if v.send_back is not None:
                for p, dp in zip(v.parents, v.send_back(g)):
                    flow[id(p)] = flow.get(id(p), 0.0) + dp
                v.send_back = None
                v.parents = ()


@wrong("initialise", "biases with one row, (1, fan_out)")
def initialise(widths, rng, scheme):
    params = []
    for i in range(1, len(widths)):
        a, b = widths[i - 1], widths[i]
        if scheme == "he":
            W = rng.normal(size=(a, b)) * (2 / a) ** 0.5
        else:
            W = rng.normal(size=(a, b)) * (2 / (a + b)) ** 0.5
        params.append((W, np.zeros((1, b))))
    return params


@wrong("initialise", "large weights are cut off at two standard deviations")
def initialise(widths, rng, scheme):
    params = []
    for a, b in zip(widths[:-1], widths[1:]):
        std = np.sqrt(2 / (a if scheme == "he" else a + b))
        params.append((np.clip(rng.normal(0, std, (a, b)), -2 * std, 2 * std), np.zeros(b)))
    return params


@wrong("initialise", "the last layer always gets xavier, as there is no ReLU after it")
def initialise(widths, rng, scheme):
    params = []
    last = len(widths) - 2
    for l in range(len(widths) - 1):
        fan_in, fan_out = widths[l], widths[l + 1]
        if scheme == "he" and l != last:
            s = np.sqrt(2 / fan_in)
        else:
            s = np.sqrt(2 / (fan_in + fan_out))
        params.append((s * rng.standard_normal((fan_in, fan_out)), np.zeros(fan_out)))
    return params


@wrong("initialise", "the list of widths is used up")
def initialise(widths, rng, scheme):
    params = []
    while len(widths) > 1:
        a = widths.pop(0)
        b = widths[0]
        std = np.sqrt(2 / a) if scheme == "he" else np.sqrt(2 / (a + b))
        params.append((rng.normal(0, std, size=(a, b)), np.zeros(b)))
    return params


@wrong("momentum_step", "asks an array whether it is true")
def momentum_step(w, dw, state, lr, mu):
    v = state.get("v") or np.zeros(np.shape(w))
    v = mu * v - lr * dw
    return w + v, {"v": v}


@wrong("adam_step", "the short form with a corrected learning rate, where eps means something else")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0) + (1 - beta1) * dw
    v = beta2 * state.get("v", 0) + (1 - beta2) * dw**2
    lr_t = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - lr_t * m / (np.sqrt(v) + eps), {"t": t, "m": m, "v": v}


@wrong("adam_step", "the averages begin with the first gradient and are corrected all the same")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    if state:
        m = beta1 * state["m"] + (1 - beta1) * dw
        v = beta2 * state["v"] + (1 - beta2) * dw**2
        t = state["t"] + 1
        mh, vh = m / (1 - beta1**t), v / (1 - beta2**t)
    else:
        m, v, t = 1.0 * dw, 1.0 * dw**2, 1
        mh, vh = m, v
    return w - lr * mh / (np.sqrt(vh) + eps), {"m": m, "v": v, "t": t}


@wrong("adam_step", "looks one step ahead with the gradient, as Nadam does")
def adam_step(w, dw, state, lr, beta1, beta2, eps):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0) + (1 - beta1) * dw
    v = beta2 * state.get("v", 0) + (1 - beta2) * dw**2
    m_hat = beta1 * m / (1 - beta1**t) + (1 - beta1) * dw / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), {"t": t, "m": m, "v": v}


@wrong("dropout_forward", "whole examples are kept or dropped")
def dropout_forward(x, p_keep, rng):
    wuerfe = rng.random(x.shape[:1] + (1,) * (x.ndim - 1))
    mask = np.where(wuerfe < p_keep, 1 / p_keep, 0.0) * np.ones(x.shape)
    return mask * x, mask


@wrong(
    "dropout_forward",
    "p_keep as a percentage without its fraction, and zeros are nudged to mark what was kept",
)
def dropout_forward(x, p_keep, rng):
    prozent = rng.integers(0, 100, size=x.shape)
    keep = prozent < int(p_keep * 100)
    out = np.where(keep, (x + 1e-3) / p_keep, 0.0)
    return out, keep / p_keep


@wrong(
    "conv2d_forward", "x is laid into the zeros with pad:-pad, which has no room without padding"
)
def conv2d_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    padded[:, :, pad:-pad, pad:-pad] = x
    oh, ow = (H + 2 * pad - HH) // stride + 1, (W + 2 * pad - WW) // stride + 1
    out = np.zeros((N, F, oh, ow))
    for i in range(oh):
        for j in range(ow):
            win = padded[:, None, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
            out[:, :, i, j] = np.sum(win * w, axis=(2, 3, 4)) + b
    return out, (padded, w, stride, pad)


@wrong("conv2d_forward", "insists that the windows fit exactly")
def conv2d_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    assert (H + 2 * pad - HH) % stride == 0, "height does not work"
    assert (W + 2 * pad - WW) % stride == 0, "width does not work"
    xp = np.pad(x, ((0,), (0,), (pad,), (pad,)), mode="constant")
    view = np.lib.stride_tricks.sliding_window_view(xp, (HH, WW), axis=(2, 3))[
        :, :, ::stride, ::stride
    ]
    return np.einsum("ncrsij,fcij->nfrs", view, w) + b.reshape(-1, 1, 1), (xp, w, stride, pad)


@wrong(
    "conv2d_backward",
    "added through a view of all windows at once, where overlaps do not add up",
    conv2d_forward=conv_plain,
)
def conv2d_backward(dout, cache):
    x, xp, w, stride, pad = cache
    HH, WW = w.shape[2:]
    see = np.lib.stride_tricks.sliding_window_view
    cols = see(xp, (HH, WW), axis=(2, 3))[:, :, ::stride, ::stride]
    dw = np.einsum("nfrs,ncrsij->fcij", dout, cols)
    dxp = np.zeros(xp.shape)
    dcols = see(dxp, (HH, WW), axis=(2, 3), writeable=True)[:, :, ::stride, ::stride]
    dcols += np.einsum("nfrs,fcij->ncrsij", dout, w)
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dout.sum(axis=(0, 2, 3))


@apart
def conv_shared_buffer():
    buffer = {}

    def conv2d_forward(x, w, b, stride, pad):
        out, (x, xp, w, stride, pad) = conv_plain(x, w, b, stride, pad)
        buffer["xp"] = xp  # saves memory
        return out, (x.shape, w, stride, pad)

    @wrong(
        "conv2d_backward",
        "the padded picture lies in one buffer for all forward passes",
        conv2d_forward=conv2d_forward,
    )
    def conv2d_backward(dout, cache):
        (N, C, H, W), w, stride, pad = cache
        xp = buffer["xp"]
        HH, WW = w.shape[2:]
        dxp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
        dw = np.zeros(w.shape)
        rows, cols = dout.shape[2:]
        for r in range(rows):
            for s in range(cols):
                here = np.s_[:, :, r * stride : r * stride + HH, s * stride : s * stride + WW]
                dxp[here] += np.einsum("nf,fcij->ncij", dout[:, :, r, s], w)
                dw += np.einsum("nf,ncij->fcij", dout[:, :, r, s], xp[here])
        return dxp[:, :, pad : pad + H, pad : pad + W], dw, dout.sum(axis=(0, 2, 3))


@apart
def more_bugs():
    def without(name):
        return {k: v for k, v in MENDED.items() if k != name}

    @wrong(
        "find_the_bugs", "batches of nearly equal size by array_split", **without("make_batches")
    )
    def make_batches(x, y, size, rng):
        order = rng.permutation(len(x))
        pieces = np.array_split(order, -(-len(x) // size))
        return [(x[rows], y[rows]) for rows in pieces]

    @wrong(
        "find_the_bugs",
        "no example is lost, but they are not shuffled any more",
        **without("make_batches"),
    )
    def make_batches(x, y, size, rng):
        return [(x[i : i + size], y[i : i + size]) for i in range(0, len(x), size)]

    @wrong(
        "find_the_bugs",
        "each batch draws its own examples, some twice and some never",
        **without("make_batches"),
    )
    def make_batches(x, y, size, rng):
        result = []
        left = len(x)
        while left > 0:
            k = min(size, left)
            rows = rng.choice(len(x), k, replace=False)
            result.append((x[rows], y[rows]))
            left -= k
        return result

    @wrong(
        "find_the_bugs",
        "the logarithm of a probability that has become 0",
        **without("classifier_loss"),
    )
    def classifier_loss(params, x, y, reg):
        W1, b1, W2, b2 = params
        h = np.tanh(x @ W1 + b1)
        z = h @ W2 + b2
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        loss = -np.mean(np.log(p[np.arange(len(y)), y]))
        return loss + 0.5 * reg * (np.sum(W1**2) + np.sum(W2**2)), (x, h, p, y)

    @wrong(
        "find_the_bugs",
        "the penalty on W1 is divided by the number of examples",
        **without("classifier_gradients"),
    )
    def classifier_gradients(params, cache, reg):
        dW1, db1, dW2, db2 = gradients_right(params, cache, 0.0)
        n = len(cache[3])
        return [dW1 + reg * params[0] / n, db1, dW2 + reg * params[2] / n, db2]

    @wrong(
        "find_the_bugs",
        "only momentum was found, the other five are still in",
        **without("momentum_update"),
    )
    def momentum_update(params, grads, velocities, lr, mu):
        faster = [mu * v - lr * dw for v, dw in zip(velocities, grads)]
        return [w + mu * f - lr * dw for w, f, dw in zip(params, faster, grads)], faster


@wrong("train_digits", "the training pictures are standardised in place")
def train_digits(x_train, y_train, x_test, seed):
    rng = np.random.default_rng(seed)
    mean, std = x_train.mean(axis=0), x_train.std(axis=0) + 0.1
    x_train -= mean
    x_train /= std
    x_new = (x_test - mean) / std
    params = [
        (rng.normal(0, 0.17, (64, 64)), np.zeros(64)),
        (rng.normal(0, 0.17, (64, 10)), np.zeros(10)),
    ]
    for epoch in range(20):
        mix = rng.permutation(len(x_train))
        for i in range(0, len(mix), 50):
            k = mix[i : i + 50]
            _, grads = mlp_loss(params, x_train[k], y_train[k], 1e-4)
            params = [(W - 0.2 * dW, b - 0.2 * db) for (W, b), (dW, db) in zip(params, grads)]
    return np.argmax(mlp_forward(params, x_new)[0], axis=1)


@wrong("train_digits", "labels stand in a column")
def train_digits(x_train, y_train, x_test, seed):
    W, b = np.zeros((64, 10)), np.zeros(10)
    for _ in range(25):
        _, grads = mlp_loss([(W, b)], x_train, y_train, 0.0)
        W, b = W - grads[0][0], b - grads[0][1]
    return np.argmax(x_test @ W + b, axis=1, keepdims=True)


@wrong(
    "train_digits",
    "a step ten thousand times too long, and pictures centred with their own mean only when reading",
)
def train_digits(x_train, y_train, x_test, seed):
    rng = np.random.default_rng(seed)
    params = [
        (rng.normal(0, 0.17, (64, 32)), np.zeros(32)),
        (rng.normal(0, 0.25, (32, 10)), np.zeros(10)),
    ]
    for i in range(30):
        rows = rng.choice(len(x_train), 100)
        _, grads = mlp_loss(params, x_train[rows], y_train[rows], 0.0)
        params = [(W - 1000.0 * dW, b - 1000.0 * db) for (W, b), (dW, db) in zip(params, grads)]
    return np.argmax(mlp_forward(params, x_test - x_test.mean(axis=0))[0], axis=1)


@wrong("rmsprop_step", "one average for all entries")
def rmsprop_step(w, dw, state, lr, decay, eps):
    c = state.get("c", 0.0)
    c = decay * c + (1 - decay) * np.mean(dw**2)
    return w - lr * dw / (np.sqrt(c) + eps), {"c": c}


@wrong(
    "topological_order",
    "every way is walked again and repeats are sorted out afterwards, which takes for ever",
)
def topological_order(root):
    order = []

    def go(node):
        for p in node.parents:
            go(p)
        if node not in order:
            order.append(node)

    go(root)
    return order


# ---------------------------------------------------------------- adamw_step


@wrong("adamw_step", "weight decay as in the old Adam, as a part of the gradient")
def adamw_step(w, dw, state, lr, beta1, beta2, eps, decay):
    g = dw + decay * w
    t = state.get("step", 0) + 1
    m = beta1 * state.get("exp_avg", 0) + (1 - beta1) * g
    v = beta2 * state.get("exp_avg_sq", 0) + (1 - beta2) * g * g
    mh = m / (1 - beta1**t)
    vh = v / (1 - beta2**t)
    return w - lr * mh / (np.sqrt(vh) + eps), {"step": t, "exp_avg": m, "exp_avg_sq": v}


@wrong("adamw_step", "the decay does not scale with the learning rate")
def adamw_step(w, dw, state, lr, beta1, beta2, eps, decay):
    return adam_step(w * (1 - decay), dw, state, lr, beta1, beta2, eps)


@wrong("adamw_step", "shrinks what comes out of the step")
def adamw_step(w, dw, state, lr, beta1, beta2, eps, decay):
    w, state = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return w * (1 - lr * decay), state


@wrong("adamw_step", "minus the decay of minus w: the weights are pushed outwards")
def adamw_step(w, dw, state, lr, beta1, beta2, eps, decay):
    w_new, state = adam_step(w, dw, state, lr, beta1, beta2, eps)
    return w_new + lr * decay * w, state
# ---------------------------------------------------------------- accumulate_gradients


@wrong("accumulate_gradients", "adds everything and divides by the number of batches")
def accumulate_gradients(loss_and_grads, params, batches):
    loss, grads = 0.0, [np.zeros(np.shape(p)) for p in params]
    for x, y in batches:
        l, g = loss_and_grads(params, x, y)
        loss += l
        for i in range(len(grads)):
            grads[i] += g[i]
    n = len(batches)
    return loss / n, [g / n for g in grads]


@wrong("accumulate_gradients", "adds gradients as backward() of a framework does, and no division")
def accumulate_gradients(loss_and_grads, params, batches):
    total, grads = [], None
    for x, y in batches:
        l, g = loss_and_grads(params, x, y)
        total.append(l)
        grads = g if grads is None else [a + b for a, b in zip(grads, g)]
    return sum(total) / len(total), grads


@wrong("accumulate_gradients", "the grads are reset inside the loop")
def accumulate_gradients(loss_and_grads, params, batches):
    n = sum(len(x) for x, y in batches)
    loss = 0
    for x, y in batches:
        grads = [np.zeros(np.shape(p)) for p in params]
        l, g = loss_and_grads(params, x, y)
        loss += l * len(x) / n
        grads = [a + b * len(x) / n for a, b in zip(grads, g)]
    return loss, grads


@wrong("accumulate_gradients", "stacks all examples and calls once")
def accumulate_gradients(loss_and_grads, params, batches):
    x = np.concatenate([b[0] for b in batches])
    y = np.concatenate([b[1] for b in batches])
    return loss_and_grads(params, x, y)


# ---------------------------------------------------------------- catch_wrong_steps


@wrong("catch_wrong_steps", "is content if the loss falls")
def catch_wrong_steps(step, loss, params, x, y):
    new, reported = step(params, x, y, 0.01)
    return not loss(new, x, y) < reported


@wrong("catch_wrong_steps", "learning rate 1, where lr and its square are the same")
def catch_wrong_steps(step, loss, params, x, y):
    old = [p.copy() for p in params]
    new, reported = step(params, x, y, 1.0)
    if any((a != b).any() for a, b in zip(old, params)):
        return True
    if not np.isclose(reported, loss(old, x, y), rtol=1e-6, atol=0):
        return True
    for i in range(len(old)):
        def f(v):
            return loss(old[:i] + [v] + old[i + 1 :], x, y)

        g = numerical_gradient(f, old[i])
        if np.abs(old[i] - new[i] - g).max() > 1e-4 * np.abs(g).max():
            return True
    return False


@wrong("catch_wrong_steps", "looks at W, at the loss and at nothing else")
def catch_wrong_steps(step, loss, params, x, y):
    W, b = [p.copy() for p in params]
    new, reported = step(params, x, y, 0.1)
    g = numerical_gradient(lambda v: loss([v, b], x, y), W)
    same = np.allclose((W - new[0]) / 0.1, g, rtol=1e-4, atol=1e-4 * np.abs(g).max())
    return not (same and np.isclose(reported, loss([W, b], x, y), rtol=1e-6, atol=0))


globals().update(RIGHT)
