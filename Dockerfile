# The bot and its detector, one image: `tirek run` and `tirek detector` are two commands of it.
#
#   docker build -t tirek .
#   docker build -t tirek --build-arg EXTRAS='[speech,observe]' \
#       --build-arg PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu .   # with spoken words
#
# What parts of it are under the GPL, and what that asks of whoever passes an image on: docs/operations.md.

FROM python:3.12-slim-bookworm AS build
# What talks to a collector of traces and to Sentry, where .env names one.
ARG EXTRAS="[observe]"
ARG PIP_EXTRA_INDEX_URL=""
ENV PIP_EXTRA_INDEX_URL=$PIP_EXTRA_INDEX_URL PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/tirek
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot bot
COPY handlers handlers
COPY locales locales
RUN /opt/tirek/bin/pip install ".${EXTRAS}" && /opt/tirek/bin/python -m compileall -q /opt/tirek/lib

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin tirek \
    && install -d -o tirek -g tirek -m 0700 /data
COPY --from=build /opt/tirek /opt/tirek
COPY LICENSE NOTICE /usr/share/doc/tirek/
ENV PATH=/opt/tirek/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/data HTTP_HOST=0.0.0.0 HTTP_PORT=8080 LOG_FORMAT=json
USER tirek
WORKDIR /data
VOLUME /data
EXPOSE 8080 8090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["tirek"]
CMD ["run"]
