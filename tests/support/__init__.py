"""Code that several tests share: paths, notebooks, answers, small courses, servers, damage."""
