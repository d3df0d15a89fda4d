"""Links to the sections of the book, by their labels."""

import os
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
ADDRESS_FILE = "frozen/book-address.txt"  # in the kits of a book with an address

# label -> (page, title). A test compares this with the sources of the book.
LABELS = {
    "one-neuron": ("1-background", "From one neuron to a network"),
    "perceptron-rule": ("1-background", "A neuron that learns from its mistakes"),
    "xor": ("1-background", "What one neuron cannot do"),
    "adding-with-neurons": ("1-background", "Adding with neurons"),
    "soft-neuron": ("1-background", "A softer neuron"),
    "layer": ("2-concepts", "A layer"),
    "activations": ("2-concepts", "Activations"),
    "three-activations": ("2-concepts", "Three activations and their slopes"),
    "sigmoid-without-overflow": ("1-background", "A sigmoid that does not overflow"),
    "stable-sigmoid": ("2-concepts", "A formula is not yet a program"),
    "logits-to-loss": ("2-concepts", "From logits to a loss"),
    "softmax": ("2-concepts", "Softmax"),
    "softmax-overflow": ("2-concepts", "When the exponential overflows"),
    "mean-squared-error": ("2-concepts", "A loss for numbers: mean squared error"),
    "cross-entropy": ("2-concepts", "A loss for classes: cross-entropy"),
    "log-of-zero": ("2-concepts", "The trap of log(0)"),
    "computation-graphs": ("2-concepts", "Computation graphs"),
    "shapes-and-batches": ("2-concepts", "Shapes and batches"),
    "broken-recipe": ("3-algorithm", "A recipe that never ends"),
    "forward-pass": ("3-algorithm", "Step 1: the forward pass"),
    "gradients-step": ("3-algorithm", "Step 3: the gradients"),
    "gradient-of-each-part": ("3-algorithm", "The gradient of each part"),
    "linear-backward": ("3-algorithm", "The linear layer"),
    "relu-backward": ("3-algorithm", "ReLU"),
    "sigmoid-backward": ("3-algorithm", "Sigmoid"),
    "tanh-backward": ("3-algorithm", "Tanh"),
    "mean-squared-error-backward": ("3-algorithm", "Mean squared error"),
    "softmax-cross-entropy": ("3-algorithm", "Softmax with cross-entropy"),
    "update-step": ("3-algorithm", "Step 4: the update"),
    "iterate-step": ("3-algorithm", "Step 5: iterate"),
    "does-it-work": ("3-algorithm", "How do we know that it works?"),
    "chain-by-hand": ("4-mathematics", "A chain by hand"),
    "linear-map": ("4-mathematics", "The derivative is a linear map"),
    "softmax-jacobian": ("4-mathematics", "The Jacobian of softmax"),
    "four-equations": ("4-mathematics", "The four equations"),
    "broadcasting-backward": ("4-mathematics", "What was copied is added up"),
    "dual-numbers": ("4-mathematics", "Dual numbers"),
    "batch-norm": ("4-mathematics", "Normalising a batch"),
    "batch-norm-backward": ("4-mathematics", "Batch normalisation, backward"),
    "batch-norm-eval": ("4-mathematics", "Batch normalisation after training"),
    "layer-norm": ("4-mathematics", "Layer normalisation"),
    "parents-first": ("5-code", "Parents first"),
    "engine": ("5-code", "An engine for any expression"),
    "engine-backward": ("5-code", "Backward through any graph"),
    "first-weights": ("5-code", "How large should the first weights be?"),
    "training-on-digits": ("5-code", "Reading real digits"),
    "finding-bugs": ("5-code", "Finding bugs"),
    "momentum": ("5-code", "Momentum"),
    "rmsprop": ("5-code", "RMSProp"),
    "adam": ("5-code", "Adam"),
    "dropout": ("5-code", "Dropout"),
    "embeddings": ("5-code", "Embeddings"),
    "convolution": ("5-code", "Convolution"),
    "convolution-backward": ("5-code", "Convolution, backward"),
    "max-pooling": ("5-code", "Max pooling"),
    "vanishing-gradients": ("6-future", "A gradient that fades"),
    "residual-connections": ("6-future", "A way around"),
    "gradient-clipping": ("6-future", "Cut to a length"),
    "checkpointing": ("6-future", "Keep some, recompute the rest"),
    "split-backward": ("6-future", "Two halves of a backward pass"),
    "recurrent-network": ("6-future", "The same weights at every step"),
    "through-time": ("6-future", "Back through time"),
    "lstm": ("6-future", "A cell that remembers"),
    "attention": ("6-future", "Who looks at whom"),
    "attention-backward": ("6-future", "Attention, backward"),
    "feedback-alignment": ("without-backpropagation", "Another way back"),
    "forward-forward": ("without-backpropagation", "A loss for each layer"),
    "hessian-vector-product": ("6-future", "Curvature in one direction"),
}

# The titles of the pages that are not chapters.
PAGES = {"without-backpropagation": "Learning without backpropagation"}


def link(label: str) -> str:
    """Return the chapter and title of a label, and its address or else the file in the book."""
    return f"{place(label)} ({address(label, book_url()) or file_of(label)})"


def place(label: str) -> str:
    """Return the title of the section of a label, after its chapter or the title of its page."""
    page, title = LABELS[label]
    return f'chapter {page[0]}, "{title}"' if page[0].isdigit() else f'"{PAGES[page]}", "{title}"'


def file_of(label: str) -> str:
    """Return the page of a label in the folder of the book."""
    return f"book/{LABELS[label][0]}.html#{label}"


def address(label: str, book: str) -> str:
    """Return the address of a label in a book at an address; an empty text if that is empty."""
    return f"{book.rstrip('/')}/{file_of(label)}" if book else ""


def book_url() -> str:
    """Return the address of the book: that in the environment variable BOOK_URL, or of the kit.

    Without either it is an empty text.
    """
    if (own := os.environ.get("BOOK_URL")) is not None:
        return own
    try:
        return (PACKAGE / ADDRESS_FILE).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
