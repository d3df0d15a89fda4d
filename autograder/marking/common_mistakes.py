"""Texts for mistakes that many questions share. A question can use its own text instead."""

COMMON_MISTAKES = {
    "argument-changed-in-place": (
        "Your code overwrites an argument, which the caller may still need. Make a new array, "
        "because += and assignments to entries change the array itself."
    ),
    "argument-left-shifted": (
        "Your function leaves the caller's x shifted. Put every entry back, or work on a copy."
    ),
    "bias-gradient-averaged": (
        "db is the mean over the rows. If the loss is a mean, dout already contains the factor "
        "1/N. Sum the rows instead."
    ),
    "bias-gradient-keeps-axis": (
        "db has the shape (1, H). A gradient has the shape of its parameter, and b has the shape "
        "(H,)."
    ),
    "bias-gradient-not-summed": (
        "db is not summed over the examples. The same b was added to every row, so the gradients "
        "of all rows have to be added up."
    ),
    "bias-gradient-one-number": (
        "db is one number. b has one entry for each output, so sum over the examples only, axis 0."
    ),
    "bias-gradient-wrong-axis": (
        "db is summed over the outputs, so it has one number for each example. b has one entry for "
        "each output, so sum over the examples, axis 0."
    ),
    "cache-forgotten": (
        "Your function returns only the output. It should return the pair (out, cache), because "
        "the backward pass needs the cache."
    ),
    "cache-overwritten": (
        "Your code writes its result into the cache, so a second call finds the wrong numbers "
        "there. Never write to a cache. Make a new array."
    ),
    "deviation-not-divided": (
        "The division by the standard deviation is missing from dx. The forward pass divided x by "
        "it, so divide dx by it too."
    ),
    "difference-backwards": (
        "The sign is wrong, because f(x + h) is subtracted from f(x - h). Subtract f(x - h) from "
        "f(x + h)."
    ),
    "divided-by-n-again": (
        "dW and db are divided by N. If the loss is a mean, dout already contains the factor 1/N, "
        "so leave this division out."
    ),
    "divided-by-n-twice": (
        "The gradient is too small by a factor of N, because it is divided by N twice. The loss is "
        "one mean over the examples, so the gradient contains the factor 1/N once. Look for the "
        "second division."
    ),
    "division-before-product": (
        "a / 2 * h is computed as (a / 2) * h, so the difference is multiplied by h. Put the "
        "denominator in parentheses: a / (2 * h)."
    ),
    "epsilon-ignored": (
        "The argument eps is not used. It keeps the division possible where a variance is 0, and "
        "it changes the result everywhere else."
    ),
    "epsilon-outside-root": (
        "eps is added to the standard deviation. Add it to the variance, under the root: sqrt(var "
        "+ eps)."
    ),
    "exp-overflow": (
        "exp overflows for logits above 709, and inf / inf is nan. Subtract each row's maximum "
        "first."
    ),
    "five-point-difference": (
        "Your estimate uses more than two points for each entry. That is often more accurate, but "
        "the question asks for the central difference, (f(x + h) - f(x - h)) / (2 h)."
    ),
    "gradients-in-reverse-order": (
        "The gradients are listed from the last layer to the first. Return them in the order of "
        "params."
    ),
    "h-ignored": (
        "The argument h is not used. Use it, because the best h depends on f, and the caller "
        "chooses it."
    ),
    "half-step": (
        "The two points are x + h/2 and x - h/2. The question asks for a shift of h to either side."
    ),
    "integers-truncated": (
        "The result is written into an array of integers, so every value below 1 becomes 0. Make "
        "the output a float array, because zeros_like copies the integer type."
    ),
    "one-array-for-both": (
        "Both shifted arrays are the same array, because b = x copies nothing. So every difference "
        "is 0. Write x.copy() for each of them."
    ),
    "one-sided-difference": (
        "The difference is one-sided, so its error shrinks only like h. Use the central "
        "difference, with one step to either side of x. Its error shrinks like h²."
    ),
    "parameters-changed-in-place": (
        "The array w itself is overwritten. The caller may still need the old parameter. Return a "
        "new array, because += and -= work in place."
    ),
    "penalty-gradient-doubled": (
        "The gradient of the penalty is 2 reg W. The loss contains 0.5 reg W², whose gradient is "
        "reg W, because the half cancels the 2."
    ),
    "return-in-loop": (
        "return is inside the loop, so the function ends after the first round. Put it after the "
        "loop, that is, further to the left."
    ),
    "scale-not-applied": (
        "gamma is missing from dx. The output is gamma times the normalised x, so multiply dout by "
        "gamma first."
    ),
    "state-not-kept": (
        "Every step starts from an empty memory, because the old state is not read or the new "
        "state is not returned."
    ),
    "sum-for-mean": (
        "The loss and gradient are sums over the examples. The loss is a mean, so divide both by N."
    ),
    "uphill": ("The step goes up the gradient, so the loss grows. Subtract lr times the gradient."),
    "upstream-ignored": (
        "The upstream gradient dout is not used, so you get the gradients of the sum of all "
        "outputs. The loss depends on each output differently, and dout says how. Multiply by dout."
    ),
}
