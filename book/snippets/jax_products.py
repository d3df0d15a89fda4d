import jax
import jax.numpy as jnp


def f(x):
    return jnp.stack([x[0] * x[1], x[0] ** 2])


def loss(x):
    return x[0] ** 2 * x[1]


x, v = jnp.array([3.0, 2.0]), jnp.array([1.0, -1.0])
out, backward = jax.vjp(f, x)
print(backward(jnp.array([1.0, 10.0]))[0])  # (62, 3)
print(jax.jvp(f, (x,), (v,))[1])  # (-1, 6)
print(jax.jvp(jax.grad(loss), (x,), (v,))[1])  # (-2, 6), forward-over-reverse
