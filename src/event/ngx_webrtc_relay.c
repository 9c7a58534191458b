
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_port_socket.h>
#include <event/ngx_webrtc_relay_mail.h>


/* clients, API calls and wires of one worker */
#define NGX_WEBRTC_RELAY_PIPES      1048576
#define NGX_WEBRTC_RELAY_CALLS      65536
#define NGX_WEBRTC_RELAY_WIRES      1048576


static void ngx_webrtc_relay_gone_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);


static const ngx_webrtc_relay_handler_pt
    ngx_webrtc_relay_handlers[NGX_WEBRTC_MAIL_COUNT] =
{
    [NGX_WEBRTC_MAIL_PIPE_OPEN] = ngx_webrtc_session_open_handler,
    [NGX_WEBRTC_MAIL_PIPE_INPUT] = ngx_webrtc_session_input_handler,
    [NGX_WEBRTC_MAIL_PIPE_CLOSED] = ngx_webrtc_session_closed_handler,
    [NGX_WEBRTC_MAIL_PIPE_OUTPUT] = ngx_webrtc_pipe_output_handler,
    [NGX_WEBRTC_MAIL_PIPE_DESCRIBE] = ngx_webrtc_pipe_describe_handler,
    [NGX_WEBRTC_MAIL_PIPE_CLOSE] = ngx_webrtc_pipe_close_handler,
    [NGX_WEBRTC_MAIL_CALL] = ngx_webrtc_call_handler,
    [NGX_WEBRTC_MAIL_REPLY] = ngx_webrtc_call_reply_handler,
    [NGX_WEBRTC_MAIL_WIRE_OPEN] = ngx_webrtc_wire_open_handler,
    [NGX_WEBRTC_MAIL_WIRE_INPUT] = ngx_webrtc_wire_input_handler,
    [NGX_WEBRTC_MAIL_WIRE_END] = ngx_webrtc_wire_end_handler,
    [NGX_WEBRTC_MAIL_WIRE_OUTPUT] = ngx_webrtc_wire_output_handler,
    [NGX_WEBRTC_MAIL_WIRE_CLOSE] = ngx_webrtc_wire_close_handler,
    [NGX_WEBRTC_MAIL_LETTER] = ngx_webrtc_skyway_letter_handler,
    [NGX_WEBRTC_MAIL_REPLACED] = ngx_webrtc_skyway_replaced_handler,
    [NGX_WEBRTC_MAIL_PORT] = ngx_webrtc_port_socket_mail_handler,
    [NGX_WEBRTC_MAIL_EVOSTREAM] = ngx_webrtc_evostream_mail_handler,
    [NGX_WEBRTC_MAIL_GONE] = ngx_webrtc_relay_gone_handler
};


void
ngx_webrtc_relay_init(ngx_cycle_t *cycle)
{
    ngx_webrtc_relay_t   *relay;
    ngx_webrtc_worker_t  *worker;

    worker = ngx_webrtc_worker();

    relay = ngx_pcalloc(cycle->pool, sizeof(ngx_webrtc_relay_t));
    if (relay == NULL) {
        return;
    }

    relay->worker = worker;
    relay->log = cycle->log;

    ngx_webrtc_slots_init(&relay->pipes, NGX_WEBRTC_RELAY_PIPES, cycle->log);
    ngx_webrtc_slots_init(&relay->calls, NGX_WEBRTC_RELAY_CALLS, cycle->log);
    ngx_webrtc_slots_init(&relay->wires, NGX_WEBRTC_RELAY_WIRES, cycle->log);

    if (ngx_webrtc_session_init(relay, cycle->pool) != NGX_OK
        || ngx_webrtc_wire_init(relay, cycle->pool) != NGX_OK)
    {
        return;
    }

    ngx_webrtc_relay_mail_init(relay);

    worker->relay = relay;
}


void
ngx_webrtc_relay_shutdown(void)
{
    ngx_webrtc_relay_t  *relay;

    relay = ngx_webrtc_worker()->relay;

    if (relay == NULL || relay->shutdown) {
        return;
    }

    relay->shutdown = 1;

    ngx_webrtc_pipe_shutdown(relay);
    ngx_webrtc_session_shutdown(relay);
    ngx_webrtc_call_shutdown(relay);
    ngx_webrtc_wire_shutdown(relay);

    ngx_webrtc_relay_mail_shutdown(relay);

    ngx_webrtc_slots_cleanup(&relay->pipes);
    ngx_webrtc_slots_cleanup(&relay->calls);
}


void
ngx_webrtc_relay_close(void)
{
    ngx_webrtc_slots_cleanup(&ngx_webrtc_worker()->relay->wires);
}


const ngx_webrtc_sora_glue_t *
ngx_webrtc_relay_sora_glue(void)
{
    ngx_webrtc_relay_t  *relay;

    relay = ngx_webrtc_worker()->relay;

    return relay ? &relay->glue : NULL;
}


ngx_uint_t
ngx_webrtc_relay_busy(void)
{
    ngx_webrtc_relay_t  *relay;

    relay = ngx_webrtc_worker()->relay;

    /* of a wire, it is a client here that waits for an answer of elsewhere */

    return relay ? relay->pipes.count + relay->sessions.count
                   + relay->wires.count
                 : 0;
}


static void
ngx_webrtc_relay_gone_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_owner_t  owner;

    if (mail->len < sizeof(ngx_webrtc_owner_t)) {
        return;
    }

    ngx_memcpy(&owner, mail->data, sizeof(ngx_webrtc_owner_t));

    ngx_webrtc_relay_mail_gone(relay, &owner);
    ngx_webrtc_pipe_gone(relay, &owner);
    ngx_webrtc_session_gone(relay, &owner);
    ngx_webrtc_call_gone(relay, &owner);
    ngx_webrtc_wire_gone(relay, &owner);

    if (relay->worker->skyway) {
        ngx_webrtc_skyway_gone(relay->worker->skyway, owner.term,
                               ngx_webrtc_now());
    }
}


size_t
ngx_webrtc_relay_close_write(ngx_webrtc_relay_close_t *close, ngx_uint_t code,
    const char *reason)
{
    size_t  len;

    len = ngx_min(ngx_strlen(reason), NGX_WEBRTC_RELAY_REASON);

    close->code = (uint16_t) code;
    ngx_memcpy(close->reason, reason, len);

    return offsetof(ngx_webrtc_relay_close_t, reason) + len;
}


void
ngx_webrtc_relay_dispatch(ngx_webrtc_relay_t *relay, ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_relay_handlers[mail->type](relay, mail);
}
