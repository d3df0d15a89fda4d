# The grader in a container, for machines without Linux. docs/container.md says how to use it.
FROM python:3.11-slim-bookworm

RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends bubblewrap git libseccomp2 make \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/backpropagation
COPY requirements.txt ./
RUN python -m venv .venv \
 && .venv/bin/python -m pip install --quiet --no-cache-dir -r requirements.txt
COPY . ./
RUN .venv/bin/python -m pip install --quiet --no-deps -e .
ENV PATH=/srv/backpropagation/.venv/bin:$PATH

# Mount the course folder here. Files that the container writes belong to its user.
WORKDIR /course
ENTRYPOINT ["autograder"]
CMD ["--help"]
