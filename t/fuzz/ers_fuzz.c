
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What members of rooms say: messages, each after a zero byte.  The first
 * byte of a message is who says it, one of four sockets; the last of them
 * speaks plain JSON.  "$0" to "$3" stand for their ids.
 */


#include <front/evostream/ngx_webrtc_ers.h>


#define FUZZ_SOCKETS  4
#define FUZZ_LINKS    64
#define FUZZ_MAIL     4096


typedef struct {
    ngx_webrtc_ers_session_t  *session;
    char                       id[NGX_WEBRTC_ERS_ID_LEN];
} fuzz_socket_t;

typedef struct {
    ngx_webrtc_ers_session_t  *session;
    ngx_webrtc_ers_member_t   *member;
} fuzz_link_t;

typedef struct {
    fuzz_link_t               *link;
    char                       type;
    size_t                     len;
    u_char                    *data;
} fuzz_mail_t;


static struct {
    ngx_webrtc_ers_t          *ers;
    fuzz_socket_t              sockets[FUZZ_SOCKETS];
    fuzz_link_t                links[FUZZ_LINKS];
    ngx_uint_t                 nlinks;
    fuzz_mail_t                mail[FUZZ_MAIL];
    ngx_uint_t                 first;
    ngx_uint_t                 nmail;
} fuzz;


static void
fuzz_post(fuzz_link_t *link, char type, const u_char *data, size_t len)
{
    fuzz_mail_t  *mail;

    if (fuzz.nmail == FUZZ_MAIL) {
        abort();
    }

    mail = &fuzz.mail[fuzz.nmail++];

    mail->link = link;
    mail->type = type;
    mail->len = len;
    mail->data = malloc(len ? len : 1);

    if (mail->data == NULL) {
        abort();
    }

    if (len) {
        memcpy(mail->data, data, len);
    }
}


static void
fuzz_near_send(void *link, const u_char *pos, size_t len)
{
    fuzz_post(link, 'O', pos, len);
}


static void
fuzz_near_close(void *data)
{
    fuzz_link_t  *link = data;

    link->member = NULL;
    fuzz_post(link, 'C', NULL, 0);
}


static const ngx_webrtc_ers_member_handlers_t  fuzz_members = {
    fuzz_near_send,
    fuzz_near_close
};


static void
fuzz_deliver(fuzz_mail_t *mail)
{
    u_char                     said[2];
    fuzz_link_t               *link;
    ngx_webrtc_ers_refusal_e   refusal;

    link = mail->link;

    if (mail->type == 'H') {
        link->member = ngx_webrtc_ers_member_join(fuzz.ers, mail->data,
                                                  mail->len, &fuzz_members,
                                                  link, &refusal);
        if (link->member == NULL) {

            /* a session never says what its home cannot read */

            if (refusal == NGX_WEBRTC_ERS_NREFUSALS) {
                abort();
            }

            said[0] = NGX_WEBRTC_ERS_VERB_REFUSED;
            said[1] = (u_char) refusal;
            fuzz_post(link, 'O', said, 2);
            fuzz_post(link, 'C', NULL, 0);
        }

        return;
    }

    if (mail->type == 'I' && link->member) {
        ngx_webrtc_ers_member_input(link->member, mail->data, mail->len);
    }

    if (mail->type == 'L' && link->member) {
        ngx_webrtc_ers_member_leave(link->member, 0);
        link->member = NULL;
    }

    if (mail->type == 'O' && link->session) {
        ngx_webrtc_ers_link_input(link->session, mail->data, mail->len);
    }

    if (mail->type == 'C' && link->session) {
        ngx_webrtc_ers_link_closed(link->session, 0);
        link->session = NULL;
    }
}


static void
fuzz_pump(void)
{
    fuzz_mail_t  mail;

    while (fuzz.first < fuzz.nmail) {
        mail = fuzz.mail[fuzz.first++];
        fuzz_deliver(&mail);
        free(mail.data);
    }

    fuzz.first = 0;
    fuzz.nmail = 0;
}


static void *
fuzz_join(void *data, ngx_webrtc_ers_session_t *session,
    const ngx_str_t *room, const u_char *hello, size_t len)
{
    fuzz_link_t  *link;

    (void) data;
    (void) room;

    if (fuzz.nlinks == FUZZ_LINKS) {
        return NULL;
    }

    link = &fuzz.links[fuzz.nlinks++];
    link->session = session;

    fuzz_post(link, 'H', hello, len);

    return link;
}


static ngx_int_t
fuzz_send(void *link, const u_char *pos, size_t len)
{
    fuzz_post(link, 'I', pos, len);

    return NGX_OK;
}


static void
fuzz_leave(void *data)
{
    fuzz_link_t  *link = data;

    link->session = NULL;
    fuzz_post(link, 'L', NULL, 0);
}


static ngx_int_t
fuzz_keep(void *data, const ngx_str_t *room, ngx_webrtc_usec_t time)
{
    (void) data;
    (void) room;
    (void) time;

    return NGX_OK;
}


static ngx_int_t
fuzz_pipe_send(void *pipe, const u_char *data, size_t len)
{
    u_char         *p;
    fuzz_socket_t  *socket = pipe;

    p = memmem(data, len, "\"ersid\",\"args\":[{\"id\":\"", 23);

    if (p && !socket->id[0]) {
        memcpy(socket->id, p + 23, NGX_WEBRTC_ERS_ID_LEN);
    }

    return NGX_OK;
}


static void
fuzz_pipe_ping(void *pipe)
{
    (void) pipe;
}


static void
fuzz_pipe_refused(void *pipe, const char *reason)
{
    (void) pipe;
    (void) reason;
}


static void
fuzz_pipe_close(void *pipe, ngx_uint_t code, const char *reason)
{
    fuzz_socket_t  *socket = pipe;

    (void) code;
    (void) reason;

    socket->session = NULL;
}


static const ngx_webrtc_ers_pipe_t  fuzz_pipe = {
    fuzz_pipe_send,
    fuzz_pipe_ping,
    fuzz_pipe_ping,
    fuzz_pipe_refused,
    fuzz_pipe_close
};


static void
fuzz_start(void)
{
    ngx_uint_t               i;
    ngx_webrtc_ers_conf_t    conf;
    ngx_webrtc_ers_glue_t    glue;
    ngx_webrtc_ers_hello_t   hello;

    memset(&fuzz, 0, sizeof(fuzz));
    memset(&conf, 0, sizeof(conf));
    memset(&glue, 0, sizeof(glue));
    memset(&hello, 0, sizeof(hello));

    conf.max_rooms = 3;
    conf.room_viewers = 2;
    conf.heartbeat = NGX_WEBRTC_SEC;
    conf.heartbeat_timeout = 2 * NGX_WEBRTC_SEC;
    conf.return_timeout = 1 * NGX_WEBRTC_SEC;
    conf.join_timeout = NGX_WEBRTC_SEC;

    glue.join = fuzz_join;
    glue.send = fuzz_send;
    glue.leave = fuzz_leave;
    glue.keep = fuzz_keep;

    fuzz.ers = ngx_webrtc_ers_create(&conf, &glue, NULL);

    if (fuzz.ers == NULL) {
        abort();
    }

    for (i = 0; i < FUZZ_SOCKETS; i++) {
        hello.plain = (i == FUZZ_SOCKETS - 1);

        fuzz.sockets[i].session = ngx_webrtc_ers_open(fuzz.ers, &hello,
                                                      &fuzz_pipe,
                                                      &fuzz.sockets[i], 0, 0);
        if (fuzz.sockets[i].session == NULL) {
            abort();
        }
    }
}


static void
fuzz_say(const uint8_t *data, size_t size)
{
    size_t          i, n;
    u_char         *text, *p;
    fuzz_socket_t  *socket;

    socket = &fuzz.sockets[data[0] % FUZZ_SOCKETS];

    /* of its own, so that ASan sees what is read behind it */

    text = malloc(size * NGX_WEBRTC_ERS_ID_LEN);

    if (text == NULL) {
        return;
    }

    p = text;

    for (i = 1; i < size; i++) {

        if (data[i] == '$' && i + 1 < size && data[i + 1] >= '0'
            && data[i + 1] <= '3')
        {
            memcpy(p, fuzz.sockets[data[++i] - '0'].id,
                   NGX_WEBRTC_ERS_ID_LEN);
            p += NGX_WEBRTC_ERS_ID_LEN;
            continue;
        }

        *p++ = data[i];
    }

    n = p - text;
    text = realloc(text, n ? n : 1);

    if (text && socket->session) {
        ngx_webrtc_ers_input(socket->session, text, n, 0);
        fuzz_pump();
    }

    free(text);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t  *pos, *last, *end;

    if (size > 65536) {
        return 0;
    }

    fuzz_start();

    last = data + size;

    for (pos = data; pos < last; pos = end + 1) {
        end = memchr(pos, 0, last - pos);

        if (end == NULL) {
            end = last;
        }

        if (end > pos) {
            fuzz_say(pos, end - pos);
        }
    }

    ngx_webrtc_ers_tick(fuzz.ers, 11 * NGX_WEBRTC_SEC);
    fuzz_pump();

    ngx_webrtc_ers_quit(fuzz.ers);
    fuzz_pump();

    ngx_webrtc_ers_destroy(fuzz.ers);

    return 0;
}
