"""What several tests share: places, notebooks, answers, small courses, servers, damage."""
