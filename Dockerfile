# The image that docker-compose.yml runs every part of Vestibule from.

FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY service service
COPY workers workers
RUN pip wheel --no-cache-dir --wheel-dir /wheels '.[deep,postgres]'

FROM python:3.12-slim
# From the wheels alone: the index is not asked again, and nothing is compiled here.
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels 'vestibule[deep,postgres]'
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VESTIBULE_DATA_DIR=/tmp/vestibule
# A number, so that a host that forbids root can see that this is not root.
USER 10001:10001
WORKDIR /tmp
EXPOSE 8080
ENTRYPOINT ["vestibule"]
CMD ["web"]
