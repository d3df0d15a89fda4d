"""Shared by the tests: how many seeds the slow promises are tried with."""


def pytest_addoption(parser):
    parser.addoption("--seeds", type=int, default=2, help="seeds for right and wrong answers")


def pytest_generate_tests(metafunc):
    if "any_seed" in metafunc.fixturenames:
        metafunc.parametrize("any_seed", range(1, metafunc.config.getoption("--seeds") + 1))
