import torch
from torch_linear import linear

shapes = ((4, 3), (3, 2), (2,))  # x, W and b
inputs = [torch.randn(s, dtype=torch.float64, requires_grad=True) for s in shapes]
print(torch.autograd.gradcheck(linear, inputs))  # True
