# Build: requirements, checked against their hashes, in an environment of their own, and the admin site's static files.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# For the one requirement that has no wheel for every platform (safe-pysha3). Of no version: it leaves nothing in the image.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/venv
WORKDIR /app
COPY requirements.txt .
RUN /opt/venv/bin/pip install --require-hashes --requirement requirements.txt
COPY . .
# The settings need values to load; none of these reaches the final image.
RUN SECRET_KEY=build DATABASE_URL=postgresql://build/build CERAMIC_CACHE_SCORER_ID=1 \
    /opt/venv/bin/python manage.py collectstatic --noinput \
 && /opt/venv/bin/python -m compileall -q apps scorer_v2 settings

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LISTEN_ADDRESS=0.0.0.0 PORT=8000
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin scorer
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
# By number: an orchestrator that admits no root cannot see what a name stands for.
USER 10001
# gunicorn alone: between it and clients belongs a buffering proxy, such as the one of deploy/nginx.
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=2)"]
CMD ["sh", "-c", "exec gunicorn -c deploy/gunicorn.conf.py -b $LISTEN_ADDRESS:$PORT scorer_v2.wsgi:application"]
