
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What relaying a message of data channels costs at least, in CPU time: one
 * way through two ends of usrsctp with the acknowledgements that these send,
 * and for each packet that goes between them a record of DTLS (AES-GCM)
 * opened and another sealed, a datagram received and one sent.
 * "relay_bench <bytes> <messages>"; prints JSON.
 */


#include <stdio.h>
#include <time.h>
#include <openssl/evp.h>

#include <core/ngx_webrtc_core.h>
#include <peer/ngx_webrtc_sctp.h>


#define RECORD_HEAD   13                /* of DTLS 1.2, with sequence number */
#define RECORD_TAG    16
#define RECORD_NONCE  8
#define PACKETS_MAX   64
#define WARMUP        1000
#define SCTP_HEAD     28                /* of a packet with one DATA chunk */
#define SCTP_SACK     28                /* a packet with nothing else */
#define OVERHEAD      (RECORD_HEAD + RECORD_NONCE + RECORD_TAG)


typedef struct {
    size_t                 len;
    u_char                 data[NGX_WEBRTC_SCTP_PACKET_MAX];
} packet_t;

typedef struct {
    ngx_webrtc_sctp_t     *sctp;
    ngx_queue_t            ready;
    ngx_uint_t             npackets;
    packet_t               packets[PACKETS_MAX];
    ngx_uint_t             up;
    ngx_uint_t             messages;
    ngx_uint_t             sent;
} end_t;


static double
cpu(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}


static ngx_webrtc_usec_t
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return ts.tv_sec * NGX_WEBRTC_SEC + ts.tv_nsec / 1000;
}


static ngx_int_t
output(void *data, const u_char *pos, const u_char *last)
{
    end_t     *end = data;
    packet_t  *packet;

    if (end->npackets == PACKETS_MAX) {
        return NGX_AGAIN;
    }

    packet = &end->packets[end->npackets++];
    packet->len = last - pos;
    memcpy(packet->data, pos, packet->len);

    end->sent++;

    return NGX_OK;
}


static ngx_int_t
end_create(ngx_webrtc_sctp_ctx_t *ctx, end_t *end)
{
    ngx_webrtc_sctp_conf_t  conf;

    memset(&conf, 0, sizeof(conf));
    ngx_queue_init(&end->ready);

    conf.local_port = 5000;
    conf.remote_port = 5000;
    conf.streams = 16;
    conf.max_message = 65536;
    conf.send_buffer = 1024 * 1024;
    conf.output = output;
    conf.data = end;
    conf.ready = &end->ready;

    end->sctp = ngx_webrtc_sctp_create(ctx, &conf, now());

    return (end->sctp == NULL) ? NGX_ERROR : NGX_OK;
}


/* what one end has sent goes to the other; 0: it was nothing */

static ngx_uint_t
pass(end_t *from, end_t *to)
{
    ngx_uint_t               i, n;
    static packet_t          packets[PACKETS_MAX];
    ngx_webrtc_sctp_event_t  event;

    n = from->npackets;
    memcpy(packets, from->packets, n * sizeof(packet_t));
    from->npackets = 0;

    for (i = 0; i < n; i++) {
        ngx_webrtc_sctp_input(to->sctp, packets[i].data,
                              packets[i].data + packets[i].len, now());
    }

    while (ngx_webrtc_sctp_ready(&to->ready) != NULL) {
        while (ngx_webrtc_sctp_next(to->sctp, &event) == NGX_OK) {
            if (event.type == NGX_WEBRTC_SCTP_UP) {
                to->up = 1;

            } else if (event.type == NGX_WEBRTC_SCTP_MESSAGE) {
                to->messages++;
            }
        }
    }

    return n;
}


static void
settle(ngx_webrtc_sctp_ctx_t *ctx, end_t *a, end_t *b)
{
    do {
        ngx_webrtc_sctp_ctx_tick(ctx, now());
    } while (pass(a, b) + pass(b, a) > 0);
}


/* "acks" is how many packets of the receiver there are for one of ours */

static double
sctp_messages(size_t len, ngx_uint_t n, double *acks)
{
    double                   start;
    ngx_uint_t               i;
    u_char                  *message;
    static end_t             a, b;
    ngx_webrtc_sctp_ctx_t   *ctx;
    ngx_webrtc_sctp_send_t   send;

    message = calloc(1, len);
    ctx = ngx_webrtc_sctp_ctx_create(NULL);

    if (message == NULL || ctx == NULL || end_create(ctx, &a) != NGX_OK
        || end_create(ctx, &b) != NGX_OK)
    {
        return -1;
    }

    while (!a.up || !b.up) {
        settle(ctx, &a, &b);
    }

    memset(&send, 0, sizeof(send));
    send.ppid = 53;
    start = 0;

    for (i = 0; i < n + WARMUP; i++) {
        if (i == WARMUP) {
            a.sent = 0;
            b.sent = 0;
            start = cpu();
        }

        if (ngx_webrtc_sctp_send(a.sctp, &send, message, len, now())
            != NGX_OK)
        {
            return -1;
        }

        settle(ctx, &a, &b);
    }

    start = cpu() - start;

    if (b.messages != n + WARMUP || a.sent != n) {
        return -1;
    }

    *acks = (double) b.sent / n;

    ngx_webrtc_sctp_destroy(a.sctp);
    ngx_webrtc_sctp_destroy(b.sctp);
    ngx_webrtc_sctp_ctx_destroy(ctx);
    free(message);

    return start / n;
}


/* one opened and one sealed, with contexts that are kept */

static double
records(size_t len, ngx_uint_t n)
{
    int              out;
    double           start;
    u_char           key[16], iv[12], head[RECORD_HEAD], tag[RECORD_TAG];
    u_char           plain[NGX_WEBRTC_SCTP_PACKET_MAX];
    u_char           text[NGX_WEBRTC_SCTP_PACKET_MAX];
    ngx_uint_t       i;
    EVP_CIPHER_CTX  *seal, *open;

    memset(key, 1, sizeof(key));
    memset(iv, 2, sizeof(iv));
    memset(head, 3, sizeof(head));
    memset(plain, 4, sizeof(plain));

    seal = EVP_CIPHER_CTX_new();
    open = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(seal, EVP_aes_128_gcm(), NULL, key, NULL);
    EVP_DecryptInit_ex(open, EVP_aes_128_gcm(), NULL, key, NULL);

    start = cpu();

    for (i = 0; i < n; i++) {
        memcpy(iv + 4, &i, sizeof(i));

        EVP_EncryptInit_ex(seal, NULL, NULL, NULL, iv);
        EVP_EncryptUpdate(seal, NULL, &out, head, sizeof(head));
        EVP_EncryptUpdate(seal, text, &out, plain, (int) len);
        EVP_EncryptFinal_ex(seal, text + out, &out);
        EVP_CIPHER_CTX_ctrl(seal, EVP_CTRL_AEAD_GET_TAG, sizeof(tag), tag);

        EVP_DecryptInit_ex(open, NULL, NULL, NULL, iv);
        EVP_DecryptUpdate(open, NULL, &out, head, sizeof(head));
        EVP_DecryptUpdate(open, plain, &out, text, (int) len);
        EVP_CIPHER_CTX_ctrl(open, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag);

        if (EVP_DecryptFinal_ex(open, plain + out, &out) != 1) {
            return -1;
        }
    }

    start = cpu() - start;

    EVP_CIPHER_CTX_free(seal);
    EVP_CIPHER_CTX_free(open);

    return start / n;
}


/* sent by one socket and received by another, both of this process */

static double
datagrams(size_t len, ngx_uint_t n)
{
    int                 from, to;
    double              start;
    u_char              buf[2048];
    socklen_t           size;
    ngx_uint_t          i;
    struct sockaddr_in  sin;

    memset(buf, 0, sizeof(buf));
    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size = sizeof(sin);

    from = socket(AF_INET, SOCK_DGRAM, 0);
    to = socket(AF_INET, SOCK_DGRAM, 0);

    if (bind(to, (struct sockaddr *) &sin, sizeof(sin)) != 0
        || getsockname(to, (struct sockaddr *) &sin, &size) != 0)
    {
        return -1;
    }

    start = cpu();

    for (i = 0; i < n; i++) {
        if (sendto(from, buf, len, 0, (struct sockaddr *) &sin, size)
            != (ssize_t) len
            || recv(to, buf, sizeof(buf), 0) != (ssize_t) len)
        {
            return -1;
        }
    }

    return (cpu() - start) / n;
}


int
main(int argc, char **argv)
{
    size_t      len;
    double      sctp, acks, gcm[2], udp[2];
    ngx_uint_t  n;

    len = (argc == 3) ? (size_t) atol(argv[1]) : 0;
    n = (argc == 3) ? (ngx_uint_t) atol(argv[2]) : 0;

    if (len == 0 || len > 1000 || n == 0) {
        fprintf(stderr, "usage: relay_bench <bytes> <messages>\n");
        return 2;
    }

    sctp = sctp_messages(len, n, &acks);

    gcm[0] = records(SCTP_HEAD + len, n);
    gcm[1] = records(SCTP_SACK, n);

    udp[0] = datagrams(OVERHEAD + SCTP_HEAD + len, n);
    udp[1] = datagrams(OVERHEAD + SCTP_SACK, n);

    if (sctp < 0 || gcm[0] < 0 || gcm[1] < 0 || udp[0] < 0 || udp[1] < 0) {
        fprintf(stderr, "relay_bench: usrsctp, OpenSSL or a socket failed\n");
        return 1;
    }

    gcm[0] += acks * gcm[1];
    udp[0] += acks * udp[1];

    printf("{\"sctp\":%.3f,\"acks\":%.3f,\"records\":%.3f,"
           "\"datagrams\":%.3f,\"cost\":%.3f}\n", sctp, acks, gcm[0], udp[0],
           sctp + gcm[0] + udp[0]);

    return 0;
}
