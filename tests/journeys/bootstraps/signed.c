/* The handler of signed.py as a runtime of its own: one compiled file on plain sockets. */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char SEEN[] = "\x00\xffseen";

static int connected(void) {
    char *api = strdup(getenv("AWS_LAMBDA_RUNTIME_API")), *colon = strrchr(api, ':');
    *colon = 0;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(colon + 1))};
    inet_pton(AF_INET, api, &to.sin_addr);
    int link = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(link, (struct sockaddr *)&to, sizeof to)) exit(1);
    free(api);
    return link;
}

static void sent(int link, const char *data, size_t size) {
    while (size) {
        ssize_t gone = write(link, data, size);
        if (gone <= 0) exit(1);
        data += gone;
        size -= gone;
    }
}

/* Read one reply, head and body, as a string. */
static char *reply(int link) {
    size_t room = 1 << 16, size = 0, whole = 0;
    char *data = malloc(room + 1);
    while (!whole || size < whole) {
        if (size == room) data = realloc(data, (room *= 2) + 1);
        ssize_t more = read(link, data + size, room - size);
        if (more <= 0) exit(1);
        size += more;
        data[size] = 0;
        char *end = whole ? NULL : strstr(data, "\r\n\r\n");
        if (end) whole = end + 4 - data + atol(strcasestr(data, "Content-Length:") + 15);
    }
    return data;
}

/* Return what stands between two marks. */
static char *between(const char *text, const char *mark, const char *end) {
    const char *from = strstr(text, mark) + strlen(mark);
    return strndup(from, strstr(from, end) - from);
}

static size_t decoded(const char *text, unsigned char *into) {
    size_t size = 0;
    unsigned held = 0, bits = 0;
    for (; *text && *text != '='; text++) {
        held = held << 6 | (unsigned)(strchr(DIGITS, *text) - DIGITS);
        if ((bits += 6) >= 8) into[size++] = held >> (bits -= 8);
    }
    return size;
}

static char *encoded(const unsigned char *data, size_t size) {
    char *text = malloc(size / 3 * 4 + 5), *at = text;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        unsigned three = data[i] << 16 | (left > 1 ? data[i + 1] << 8 : 0) | (left > 2 ? data[i + 2] : 0);
        *at++ = DIGITS[three >> 18];
        *at++ = DIGITS[three >> 12 & 63];
        *at++ = left > 1 ? DIGITS[three >> 6 & 63] : '=';
        *at++ = left > 2 ? DIGITS[three & 63] : '=';
    }
    *at = 0;
    return text;
}

int main(void) {
    const char *next = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: r\r\n\r\n";
    int link = connected();
    for (;;) {
        sent(link, next, strlen(next));
        char *event = reply(link);
        char *id = between(event, "Lambda-Runtime-Aws-Request-Id: ", "\r\n");
        char *type = between(event, "\"Content-Type\":\"", "\"");
        char *body = between(event, "\"body\":\"", "\"");
        unsigned char *image = malloc(strlen(body) + sizeof SEEN);
        size_t size = decoded(body, image);
        memcpy(image + size, SEEN, sizeof SEEN - 1);
        char *text = encoded(image, size + sizeof SEEN - 1);
        char *answer, *request;
        int length = asprintf(&answer,
            "{\"statusCode\":201,\"headers\":{\"Content-Type\":\"%s\"},\"isBase64Encoded\":true,\"body\":\"%s\"}",
            type, text);
        int whole = asprintf(&request,
            "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: r\r\nContent-Length: %d\r\n\r\n%s",
            id, length, answer);
        sent(link, request, whole);
        free(reply(link));
        free(event), free(id), free(type), free(body), free(image), free(text), free(answer), free(request);
    }
}
