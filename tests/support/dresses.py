"""The colours and screen sizes in which the tests look at a page."""

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
# The first two show both schemes and both sizes.
DRESSES = (("light", DESKTOP), ("dark", PHONE), ("light", PHONE), ("dark", DESKTOP))


def dresses(config):
    """Return two dresses, or all four if the run tries more than one seed."""
    return DRESSES if config.getoption("--seeds") > 1 else DRESSES[:2]
