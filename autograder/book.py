"""Where the book explains a thing: its labels, as links."""

import os

# label -> (page, title); a test holds this against the book's sources.
LABELS = {
    "layer": ("2-concepts", "A layer"),
    "activations": ("2-concepts", "Activations"),
    "logits-to-loss": ("2-concepts", "From logits to a loss"),
    "computation-graphs": ("2-concepts", "Computation graphs"),
    "shapes-and-batches": ("2-concepts", "Shapes and batches"),
    "broken-recipe": ("3-algorithm", "A recipe that never ends"),
    "forward-pass": ("3-algorithm", "Step 1: the forward pass"),
    "gradients-step": ("3-algorithm", "Step 3: the gradients"),
    "gradient-of-each-part": ("3-algorithm", "The gradient of each part"),
    "update-step": ("3-algorithm", "Step 4: the update"),
    "iterate-step": ("3-algorithm", "Step 5: iterate"),
    "does-it-work": ("3-algorithm", "How do we know that it works?"),
    "convolution": ("5-code", "Convolution"),
    "convolution-backward": ("5-code", "Convolution, backward"),
    "max-pooling": ("5-code", "Max pooling"),
}


def link(label: str) -> str:
    """Words and address of a label; BOOK_URL in the environment says where the book stands."""
    page, title = LABELS[label]
    base = os.environ.get("BOOK_URL", "").rstrip("/")
    address = f"{base}/book/{page}.html#{label}" if base else f"book/{page}.html#{label}"
    return f'chapter {page[0]}, "{title}" ({address})'
