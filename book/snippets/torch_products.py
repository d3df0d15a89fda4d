import torch
from torch.func import grad, jvp, vjp


def f(x):
    return torch.stack([x[0] * x[1], x[0] ** 2])


def loss(x):
    return x[0] ** 2 * x[1]


x, v = torch.tensor([3.0, 2.0]), torch.tensor([1.0, -1.0])
out, backward = vjp(f, x)
print(backward(torch.tensor([1.0, 10.0])))  # (62, 3)
print(jvp(f, (x,), (v,))[1])  # (-1, 6)
print(jvp(grad(loss), (x,), (v,))[1])  # (-2, 6), forward-over-reverse
