import torch


class Linear(torch.autograd.Function):
    """The linear layer x @ W + b with the backward pass of this course."""

    @staticmethod
    def forward(ctx, x, W, b):
        ctx.save_for_backward(x, W)  # the cache
        return x @ W + b

    @staticmethod
    def backward(ctx, dout):
        x, W = ctx.saved_tensors
        return dout @ W.T, x.T @ dout, dout.sum(dim=0)


linear = Linear.apply
