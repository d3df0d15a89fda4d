import jax


@jax.custom_vjp
def linear(x, W, b):
    """The linear layer x @ W + b with the backward pass of this course."""
    return x @ W + b


def linear_forward(x, W, b):
    return linear(x, W, b), (x, W)  # out, cache


def linear_backward(cache, dout):
    x, W = cache
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)


linear.defvjp(linear_forward, linear_backward)
