"""Texts for mistakes that many questions share. A question can use its own text instead."""

COMMON_MISTAKES = {
    "argument-changed-in-place": (
        "An argument itself is overwritten. The caller may still need it: make a new array, and "
        "mind that += and assignments to entries work in place."
    ),
    "argument-left-shifted": (
        "The caller's x comes back shifted. Restore every entry, or work on a copy."
    ),
    "bias-gradient-averaged": (
        "db is averaged over the examples. If the loss is a mean, its 1/N is already in dout: "
        "here the rows are summed."
    ),
    "bias-gradient-keeps-axis": (
        "db has shape (1, H). A gradient has the shape of its parameter, and b is (H,)."
    ),
    "bias-gradient-not-summed": (
        "db is not summed over the examples. The same b was added to every row, so every row's "
        "share of the gradient comes back to it, added up."
    ),
    "bias-gradient-one-number": (
        "db is summed over everything. b has one entry for each output: sum over the examples only."
    ),
    "bias-gradient-wrong-axis": (
        "db is summed over the outputs, one number for each example. b has one entry for each "
        "output: sum over the examples, axis 0."
    ),
    "cache-forgotten": (
        "Your function returns one thing, the output. It should return two, (out, cache), because "
        "the backward pass needs what the cache holds."
    ),
    "cache-overwritten": (
        "The result is written into the cache, so a second call finds something else there. A "
        "cache is only read: make a new array."
    ),
    "deviation-not-divided": (
        "The division by the standard deviation is missing in dx. The forward pass divided x by "
        "it, so a push on x arrives that much smaller."
    ),
    "difference-backwards": ("The difference is taken the wrong way round: f(x + h) comes first."),
    "divided-by-n-again": (
        "dW and db are divided by N. If the loss is a mean, its 1/N is already in dout; here it "
        "comes in twice."
    ),
    "divided-by-n-twice": ("The gradient is divided by N twice. One mean, one 1/N."),
    "epsilon-ignored": (
        "The argument eps is not used. It keeps the division possible where a variance is 0, and "
        "it changes the result everywhere else."
    ),
    "epsilon-outside-root": (
        "eps is added to the standard deviation. Here it belongs to the variance, under the "
        "root: sqrt(var + eps)."
    ),
    "exp-overflow": (
        "exp overflows above 709, and inf / inf is nan. Subtract each row's maximum first."
    ),
    "gradients-in-reverse-order": (
        "The gradients are listed from the last layer to the first. They belong in the order of "
        "params."
    ),
    "h-ignored": (
        "The argument h is not used. The caller chooses it, because the best h depends on f."
    ),
    "half-step": (
        "The points lie h/2 to either side. That is a fine estimate, but the course shifts by h."
    ),
    "integers-truncated": (
        "The result is written into an array of whole numbers, which cuts everything below 1 to "
        "0. Make the output a float array: zeros_like copies the integer type."
    ),
    "one-sided-difference": (
        "The difference is one-sided. Its error shrinks like h; the central difference, a step "
        "to either side of x, shrinks like h²."
    ),
    "parameters-changed-in-place": (
        "The array w itself is overwritten. The caller may still need the old parameter: return "
        "a new array, and mind that += and -= work in place."
    ),
    "penalty-gradient-doubled": (
        "The penalty's gradient is 2 reg W. The loss has 0.5 reg W², and the half cancels the 2."
    ),
    "scale-not-applied": (
        "gamma is missing in dx. The output was gamma times the normalised x, so a push on that "
        "arrives gamma times as large."
    ),
    "state-not-kept": (
        "Every step starts from an empty memory: what the last step left in the state is not "
        "read, or not given back."
    ),
    "sum-for-mean": ("Loss and gradient are sums over the examples. The mean divides both by N."),
    "uphill": (
        "The step goes up the gradient. The gradient points to where the loss grows: subtract."
    ),
    "upstream-ignored": (
        "The upstream gradient is not used: these are gradients of the sum of all outputs. The "
        "loss may weigh each output differently, and dout says how."
    ),
}
