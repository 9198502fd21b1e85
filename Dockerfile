# headway as a container: the GitHub Action, GitLab jobs, Kubernetes jobs.
# BASE is any Debian image with Python 3.11 or newer; releases pin it by digest.
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY engine engine
COPY entrypoint entrypoint
# The optional secret is a CA bundle for networks that inspect TLS; it does not stay in the image.
RUN --mount=type=secret,id=ca-bundle \
    if [ -s /run/secrets/ca-bundle ]; then export PIP_CERT=/run/secrets/ca-bundle; fi && \
    python3 -m venv /opt/headway && \
    /opt/headway/bin/pip install --no-cache-dir --disable-pip-version-check ".[postgresql,mysql,embedded,docker]" && \
    ln -s headway /opt/headway/bin/alembic && \
    find /opt/headway -name __pycache__ -type d -prune -exec rm -rf {} + && \
    /opt/headway/bin/python -m compileall -q /opt/headway/lib

FROM ${BASE}
LABEL org.opencontainers.image.title="headway" \
      org.opencontainers.image.description="Database migrations for SQLAlchemy projects, and the CI gate around them" \
      org.opencontainers.image.licenses="Apache-2.0"
# git tells which revisions are new on a branch.
RUN command -v git >/dev/null || \
    (apt-get update -qq && apt-get install -y -qq --no-install-recommends git && rm -rf /var/lib/apt/lists/*)
COPY --from=build /opt/headway /opt/headway
# HOME is /github/home in an Action and may be read-only elsewhere: nothing is written there.
# PYTHONSAFEPATH keeps the project's own files from standing in for ours.
ENV PATH=/opt/headway/bin:$PATH \
    PYTHONSAFEPATH=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# GitHub requires container actions to run as root, or they cannot write the job's outputs.
ENTRYPOINT ["/opt/headway/bin/headway"]
CMD ["action"]
