
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <sys/time.h>
#include <crypto/ngx_webrtc_certificate.h>
#include <crypto/ngx_webrtc_dtls.h>
#include <crypto/ngx_webrtc_srtp.h>
#include <peer/ngx_webrtc_sctp.h>
#include <event/ngx_webrtc_agent.h>
#include <event/ngx_webrtc_candidates.h>
#include <event/ngx_webrtc_evostream_worker.h>
#include <event/ngx_webrtc_gateway_worker.h>
#include <event/ngx_webrtc_hook.h>
#include <event/ngx_webrtc_relay.h>
#include <event/ngx_webrtc_seat.h>
#include <event/ngx_webrtc_skyway_worker.h>
#include <event/ngx_webrtc_spread.h>
#include <event/ngx_webrtc_udp.h>
#include <event/ngx_webrtc_viewing_session.h>
#include <event/ngx_webrtc_worker_media.h>
#include <hub/ngx_webrtc_traffic.h>


/* a number of the engine and where it goes in the zone */

typedef struct {
    size_t                    from;
    size_t                    to;
} ngx_webrtc_worker_counter_t;


typedef struct {
    ngx_webrtc_udp_t         *udp;
    ngx_webrtc_dtls_ctx_t    *dtls;
    ngx_webrtc_sctp_ctx_t    *sctp;
    ngx_webrtc_addr_t         candidates[NGX_WEBRTC_CANDIDATES_MAX];
    ngx_uint_t                ncandidates;
    ngx_webrtc_engine_stats_t counted;      /* as the zone knows them */
    unsigned                  srtp:1;
} ngx_webrtc_worker_media_t;


static void ngx_webrtc_worker_survey(void *data,
    const ngx_webrtc_connection_info_t *info);
static ngx_int_t ngx_webrtc_worker_create_engine(ngx_webrtc_conf_t *wcf,
    ngx_webrtc_worker_t *worker, ngx_log_t *log);
static ngx_int_t ngx_webrtc_worker_create_hub(ngx_webrtc_conf_t *wcf,
    ngx_webrtc_worker_t *worker, ngx_log_t *log);
static ngx_int_t ngx_webrtc_worker_create_sora(ngx_webrtc_conf_t *wcf,
    ngx_webrtc_worker_t *worker, ngx_log_t *log);
static void ngx_webrtc_worker_say_goodbye(ngx_webrtc_worker_t *worker);
static ngx_int_t ngx_webrtc_worker_connection_add(void *data,
    ngx_webrtc_connection_t *connection);
static void ngx_webrtc_worker_connection_remove(void *data,
    ngx_webrtc_connection_t *connection);
static void ngx_webrtc_worker_connection_sends(void *data,
    ngx_webrtc_connection_t *connection);
static void ngx_webrtc_worker_channel_empty(void *data,
    const ngx_str_t *channel_id);
static void ngx_webrtc_worker_channel_keep(void *data,
    const ngx_str_t *channel_id, ngx_webrtc_usec_t time);
static void ngx_webrtc_worker_session(void *data,
    ngx_webrtc_channel_t *channel, ngx_uint_t begins, ngx_webrtc_usec_t now);
static void ngx_webrtc_worker_event(void *data,
    const ngx_webrtc_event_t *event);
static void ngx_webrtc_worker_count(void *data,
    ngx_webrtc_connection_t *connection, ngx_webrtc_event_e type,
    ngx_uint_t failed);


/* of this process */
static ngx_webrtc_worker_media_t  ngx_webrtc_worker_media;

#define ngx_webrtc_worker_counter(name)                                      \
    { offsetof(ngx_webrtc_engine_stats_t, name),                             \
      offsetof(ngx_webrtc_counters_t, name) }

static const ngx_webrtc_worker_counter_t  ngx_webrtc_worker_counters[] = {
    ngx_webrtc_worker_counter(received_srtp),
    ngx_webrtc_worker_counter(received_srtp_bytes),
    ngx_webrtc_worker_counter(decrypted_srtp),
    ngx_webrtc_worker_counter(decrypted_srtp_bytes),
    ngx_webrtc_worker_counter(sent_srtp),
    ngx_webrtc_worker_counter(sent_srtp_bytes),
    ngx_webrtc_worker_counter(received_sctp),
    ngx_webrtc_worker_counter(received_sctp_bytes),
    ngx_webrtc_worker_counter(sent_sctp),
    ngx_webrtc_worker_counter(sent_sctp_bytes),
    ngx_webrtc_worker_counter(overrun_srtp),
    ngx_webrtc_worker_counter(missed_trunk_bytes),
};


ngx_int_t
ngx_webrtc_worker_open_media(ngx_cycle_t *cycle, ngx_webrtc_worker_t *worker)
{
    in_port_t                   port;
    ngx_webrtc_conf_t          *wcf;
    ngx_webrtc_worker_media_t  *media;

    media = &ngx_webrtc_worker_media;
    wcf = ngx_webrtc_get_conf(cycle);

    port = ngx_webrtc_seat_port(worker->zone, &worker->self);

    media->udp = ngx_webrtc_udp_open(cycle, wcf, port);
    media->ncandidates = ngx_webrtc_candidates_get(wcf->media, port,
                                                   media->candidates,
                                                   cycle->log);

    if (media->udp == NULL
        || ngx_webrtc_worker_create_engine(wcf, worker, cycle->log) != NGX_OK
        || ngx_webrtc_spread_open(wcf, worker,
                                  ngx_webrtc_udp_outbox(media->udp))
           != NGX_OK
        || ngx_webrtc_agents_open(&wcf->ice, &wcf->media->listen,
                                  wcf->evostream.resolver,
                                  wcf->evostream.resolver_timeout,
                                  ngx_webrtc_udp_outbox(media->udp),
                                  cycle->log)
           != NGX_OK
        || ngx_webrtc_worker_create_hub(wcf, worker, cycle->log) != NGX_OK
        || ngx_webrtc_worker_create_sora(wcf, worker, cycle->log) != NGX_OK
        || ngx_webrtc_gateway_worker_open(cycle, worker, media->candidates,
                                          media->ncandidates)
           != NGX_OK
        || ngx_webrtc_skyway_worker_open(cycle, worker) != NGX_OK
        || ngx_webrtc_viewing_sessions_open(cycle, worker) != NGX_OK
        || ngx_webrtc_evostream_worker_open(cycle, worker) != NGX_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "webrtc media on port %ui could not be started",
                      (ngx_uint_t) port);
        ngx_webrtc_worker_close_media(worker);
        return NGX_ERROR;
    }

    ngx_log_debug1(NGX_LOG_DEBUG_EVENT, cycle->log, 0,
                   "webrtc media port:%ui", (ngx_uint_t) port);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_worker_create_engine(ngx_webrtc_conf_t *wcf,
    ngx_webrtc_worker_t *worker, ngx_log_t *log)
{
    ngx_webrtc_engine_conf_t    conf;
    ngx_webrtc_worker_media_t  *media;

    media = &ngx_webrtc_worker_media;

    if (ngx_webrtc_srtp_init() != NGX_OK) {
        return NGX_ERROR;
    }

    media->srtp = 1;

    media->dtls = ngx_webrtc_dtls_ctx_create(ngx_webrtc_certificate());
    if (media->dtls == NULL) {
        return NGX_ERROR;
    }

    media->sctp = ngx_webrtc_sctp_ctx_create(log);
    if (media->sctp == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&conf, sizeof(ngx_webrtc_engine_conf_t));

    conf.dtls = media->dtls;
    conf.sctp = media->sctp;
    conf.max_peers = wcf->max_connections;
    conf.video_packets = wcf->video_packets;
    conf.audio_packets = wcf->audio_packets;
    conf.consent_timeout = wcf->consent_timeout * NGX_WEBRTC_MSEC;
    conf.setup_timeout = wcf->setup_timeout * NGX_WEBRTC_MSEC;
    conf.key_frame_interval = wcf->key_frame_interval * NGX_WEBRTC_MSEC;
    conf.max_delay = wcf->max_delay * NGX_WEBRTC_MSEC;
    conf.max_receive_bit_rate = wcf->max_receive_bit_rate * 1000ULL;
    conf.speech.level = wcf->speech_level;
    conf.speech.activation = wcf->speech_time * NGX_WEBRTC_MSEC;
    conf.speech.hold = wcf->speech_hold * NGX_WEBRTC_MSEC;

    worker->engine = ngx_webrtc_engine_create(&conf, log);
    if (worker->engine == NULL) {
        return NGX_ERROR;
    }

    ngx_webrtc_engine_set_wall_offset(worker->engine,
                                      ngx_webrtc_worker_wall_offset());
    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_worker_create_hub(ngx_webrtc_conf_t *wcf,
    ngx_webrtc_worker_t *worker, ngx_log_t *log)
{
    ngx_webrtc_hub_conf_t       conf;
    ngx_webrtc_hub_glue_t       glue;
    ngx_webrtc_worker_media_t  *media;

    media = &ngx_webrtc_worker_media;

    ngx_memzero(&conf, sizeof(ngx_webrtc_hub_conf_t));

    conf.max_connections = wcf->channel_connections;
    conf.max_sections = wcf->max_sections;
    conf.max_filters = wcf->max_filters;
    conf.video_bit_rate = (uint32_t) wcf->video_bit_rate;
    conf.simulcast_bit_rate = (uint32_t) wcf->simulcast_video_bit_rate;
    conf.max_video_bit_rate = (uint32_t) wcf->max_video_bit_rate;
    conf.forwarding_allow = wcf->forwarding_allow;
    conf.max_forwardings = wcf->max_forwardings;
    conf.ports = wcf->media->ports;
    conf.nports = wcf->media->nports;
    conf.v4 = ngx_webrtc_udp_has(media->udp, 0) ? 1 : 0;
    conf.v6 = ngx_webrtc_udp_has(media->udp, 1) ? 1 : 0;
    conf.bit_rate_sharing = wcf->bit_rate_sharing ? 1 : 0;
    conf.answer_timeout = wcf->answer_timeout * NGX_WEBRTC_MSEC;
    conf.session_keep = wcf->session_keep * NGX_WEBRTC_MSEC;
    conf.spotlight_number = wcf->spotlight_number;
    conf.spotlight_interval = wcf->spotlight_interval * NGX_WEBRTC_MSEC;
    conf.message_size = wcf->data_message_size;
    conf.inflated_size = wcf->data_inflated_size;
    conf.data_buffer = wcf->data_buffer;
    conf.message_rate = wcf->data_message_rate;
    conf.candidates = media->candidates;
    conf.ncandidates = media->ncandidates;
    conf.fingerprint = *ngx_webrtc_certificate_fingerprint(
                                                    ngx_webrtc_certificate());

    ngx_memzero(&glue, sizeof(ngx_webrtc_hub_glue_t));

    glue.data = worker;
    glue.connection_add = ngx_webrtc_worker_connection_add;
    glue.connection_remove = ngx_webrtc_worker_connection_remove;
    glue.connection_sends = ngx_webrtc_worker_connection_sends;
    glue.place = ngx_webrtc_spread_place;
    glue.channel_empty = ngx_webrtc_worker_channel_empty;
    glue.channel_keep = ngx_webrtc_worker_channel_keep;
    glue.session = ngx_webrtc_worker_session;
    glue.event = ngx_webrtc_worker_event;
    glue.count = ngx_webrtc_worker_count;

    worker->hub = ngx_webrtc_hub_create(&conf, &glue, worker->engine, log);
    if (worker->hub == NULL) {
        return NGX_ERROR;
    }

    ngx_webrtc_hub_set_wall_offset(worker->hub,
                                   ngx_webrtc_worker_wall_offset());
    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_worker_create_sora(ngx_webrtc_conf_t *wcf,
    ngx_webrtc_worker_t *worker, ngx_log_t *log)
{
    ngx_webrtc_sora_conf_t         conf;
    const ngx_webrtc_sora_glue_t  *glue;

    glue = worker->relay ? ngx_webrtc_relay_sora_glue() : NULL;

    if (glue == NULL) {

        /* without memory for the relay there are no clients */

        return NGX_OK;
    }

    ngx_memzero(&conf, sizeof(ngx_webrtc_sora_conf_t));

    conf.ping_interval = wcf->ping_interval * NGX_WEBRTC_MSEC;
    conf.pong_timeout = wcf->pong_timeout * NGX_WEBRTC_MSEC;
    conf.version = wcf->node.version;

    conf.max_labels = wcf->data_channels;
    conf.data_buffer = wcf->data_buffer;
    conf.rpc_methods = wcf->rpc_methods;
    conf.data_channel_signaling = (wcf->data_channel_signaling != 0);
    conf.ignore_disconnect_websocket
                                = (wcf->ignore_disconnect_websocket != 0);
    conf.data_compress = (wcf->data_compress != 0);

    worker->sora = ngx_webrtc_sora_create(&conf, glue, worker->hub, log);

    return worker->sora ? NGX_OK : NGX_ERROR;
}


void
ngx_webrtc_worker_close_media(ngx_webrtc_worker_t *worker)
{
    ngx_webrtc_worker_media_t  *media;

    media = &ngx_webrtc_worker_media;

    if (worker->hub) {
        ngx_webrtc_worker_say_goodbye(worker);
    }

    ngx_webrtc_evostream_worker_close(worker);
    ngx_webrtc_viewing_sessions_close(worker);
    ngx_webrtc_skyway_worker_close(worker);
    ngx_webrtc_gateway_worker_close(worker);

    if (worker->hub) {
        ngx_webrtc_hub_destroy(worker->hub, ngx_webrtc_now());
        worker->hub = NULL;
    }

    if (worker->sora) {
        ngx_webrtc_sora_destroy(worker->sora);
        worker->sora = NULL;
    }

    ngx_webrtc_spread_close();

    if (worker->engine) {

        ngx_webrtc_worker_tell_media(worker);

        /* goodbyes */

        while (ngx_webrtc_worker_send_media(worker) == NGX_BUSY) {
            /* void */
        }

        ngx_webrtc_engine_destroy(worker->engine);
        worker->engine = NULL;
        ngx_memzero(&media->counted, sizeof(ngx_webrtc_engine_stats_t));
    }

    if (media->sctp) {
        ngx_webrtc_sctp_ctx_destroy(media->sctp);
        media->sctp = NULL;
    }

    ngx_webrtc_agents_close();

    if (media->udp) {
        ngx_webrtc_udp_close(media->udp);
        media->udp = NULL;
    }

    if (media->dtls) {
        ngx_webrtc_dtls_ctx_destroy(media->dtls);
        media->dtls = NULL;
    }

    if (media->srtp) {
        ngx_webrtc_srtp_cleanup();
        media->srtp = 0;
    }
}


/*
 * Clients that have only data channels hear it over them.  What is due to many
 * does not go into the outbox at once.
 */

static void
ngx_webrtc_worker_say_goodbye(ngx_webrtc_worker_t *worker)
{
    ngx_int_t             rc;
    ngx_uint_t            n;
    ngx_webrtc_usec_t     now;
    ngx_webrtc_outbox_t  *out;

    now = ngx_webrtc_now();
    out = ngx_webrtc_udp_outbox(ngx_webrtc_worker_media.udp);

    n = ngx_webrtc_engine_peers(worker->engine);

    ngx_webrtc_hub_shutdown(worker->hub, now);
    ngx_webrtc_spread_leave(now);

    do {
        ngx_webrtc_engine_tick(worker->engine, now, out);

        do {
            rc = ngx_webrtc_worker_send_media(worker);
        } while (rc == NGX_BUSY);

    } while (rc == NGX_OK && n--
             && ngx_webrtc_engine_expires(worker->engine) <= now);
}


static void
ngx_webrtc_worker_survey(void *data, const ngx_webrtc_connection_info_t *info)
{
    ngx_webrtc_zone_traffic_set(data, info);
}


void
ngx_webrtc_worker_tell_media(ngx_webrtc_worker_t *worker)
{
    uint64_t                            n, *known;
    ngx_uint_t                          i;
    ngx_atomic_t                       *counter;
    ngx_webrtc_engine_stats_t          *counted;
    const ngx_webrtc_engine_stats_t    *stats;
    const ngx_webrtc_worker_counter_t  *wc;

    if (worker->engine == NULL) {
        return;
    }

    stats = ngx_webrtc_engine_stats(worker->engine);
    counted = &ngx_webrtc_worker_media.counted;

    for (i = 0;
         i < sizeof(ngx_webrtc_worker_counters)
             / sizeof(ngx_webrtc_worker_counters[0]);
         i++)
    {
        wc = &ngx_webrtc_worker_counters[i];

        n = *(const uint64_t *) ((const u_char *) stats + wc->from);
        known = (uint64_t *) ((u_char *) counted + wc->from);
        counter = (ngx_atomic_t *)
                        ((u_char *) ngx_webrtc_zone_counters(worker->zone)
                         + wc->to);

        (void) ngx_atomic_fetch_add(counter,
                                    (ngx_atomic_int_t) (n - *known));
        *known = n;
    }

    if (worker->hub) {
        ngx_webrtc_hub_survey(worker->hub, ngx_webrtc_worker_survey,
                              worker->zone);
    }
}


ngx_int_t
ngx_webrtc_worker_send_media(ngx_webrtc_worker_t *worker)
{
    ngx_int_t          rc;
    ngx_webrtc_udp_t  *udp;

    udp = ngx_webrtc_worker_media.udp;

    if (udp == NULL || worker->engine == NULL) {
        return NGX_OK;
    }

    /* what was produced on the way: answers, RTCP */

    if (ngx_webrtc_udp_send(udp) == NGX_AGAIN) {
        return NGX_AGAIN;
    }

    if (!ngx_webrtc_engine_pending(worker->engine)) {
        return NGX_OK;
    }

    rc = ngx_webrtc_engine_output(worker->engine, ngx_webrtc_now(),
                                  ngx_webrtc_udp_outbox(udp));

    if (ngx_webrtc_udp_send(udp) == NGX_AGAIN) {
        return NGX_AGAIN;
    }

    return (rc == NGX_AGAIN) ? NGX_BUSY : NGX_OK;
}


ngx_err_t
ngx_webrtc_worker_sendto(const ngx_webrtc_addr_t *to, const u_char *pos,
    size_t len)
{
    ngx_webrtc_udp_t  *udp;

    udp = ngx_webrtc_worker_media.udp;

    return udp ? ngx_webrtc_udp_sendto(udp, to, pos, len) : NGX_EINVAL;
}


void
ngx_webrtc_worker_tick_media(ngx_webrtc_worker_t *worker,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_udp_t  *udp;

    udp = ngx_webrtc_worker_media.udp;

    if (worker->engine && ngx_webrtc_engine_expires(worker->engine) <= now) {
        ngx_webrtc_engine_tick(worker->engine, now,
                               ngx_webrtc_udp_outbox(udp));
    }

    if (worker->hub && ngx_webrtc_hub_expires(worker->hub) <= now) {
        ngx_webrtc_hub_set_wall_offset(worker->hub,
                                       ngx_webrtc_worker_wall_offset());
        ngx_webrtc_hub_tick(worker->hub, now);
    }

    if (worker->sora && ngx_webrtc_sora_expires(worker->sora) <= now) {
        ngx_webrtc_sora_tick(worker->sora, now);
    }

    ngx_webrtc_gateway_worker_tick(worker, now);
    ngx_webrtc_skyway_worker_tick(worker, now);
    ngx_webrtc_viewing_sessions_tick(worker, now);
    ngx_webrtc_evostream_worker_tick(worker, now);
}


ngx_webrtc_usec_t
ngx_webrtc_worker_media_expires(ngx_webrtc_worker_t *worker)
{
    ngx_webrtc_usec_t  expires, t;

    expires = NGX_WEBRTC_NEVER;

    if (worker->engine) {
        expires = ngx_webrtc_engine_expires(worker->engine);
    }

    if (worker->hub) {
        t = ngx_webrtc_hub_expires(worker->hub);
        expires = ngx_min(expires, t);
    }

    if (worker->sora) {
        t = ngx_webrtc_sora_expires(worker->sora);
        expires = ngx_min(expires, t);
    }

    t = ngx_webrtc_gateway_worker_expires(worker);
    expires = ngx_min(expires, t);

    t = ngx_webrtc_skyway_worker_expires(worker);
    expires = ngx_min(expires, t);

    t = ngx_webrtc_viewing_sessions_expires(worker);
    expires = ngx_min(expires, t);

    t = ngx_webrtc_evostream_worker_expires(worker);
    expires = ngx_min(expires, t);

    return expires;
}


ngx_msec_t
ngx_webrtc_worker_media_left(void)
{
    ngx_webrtc_udp_t  *udp;

    udp = ngx_webrtc_worker_media.udp;

    return udp ? ngx_webrtc_udp_idle_left(udp) : 0;
}


static ngx_int_t
ngx_webrtc_worker_connection_add(void *data,
    ngx_webrtc_connection_t *connection)
{
    ngx_webrtc_worker_t *worker = data;

    ngx_int_t                            rc;
    const ngx_webrtc_connection_info_t  *info;

    info = ngx_webrtc_connection_info(connection);

    rc = ngx_webrtc_zone_connection_add(worker->zone, info, &worker->self);

    /* not the name of the channel: it may have any bytes */

    ngx_log_debug3(NGX_LOG_DEBUG_EVENT, ngx_cycle->log, 0,
                   "webrtc connection add id:%*s rc:%i",
                   (size_t) NGX_WEBRTC_ID_LEN, info->connection_id, rc);

    return (rc == NGX_OK) ? NGX_OK : NGX_DECLINED;
}


static void
ngx_webrtc_worker_connection_remove(void *data,
    ngx_webrtc_connection_t *connection)
{
    ngx_webrtc_worker_t *worker = data;

    const ngx_webrtc_connection_info_t  *info;

    info = ngx_webrtc_connection_info(connection);

    ngx_log_debug2(NGX_LOG_DEBUG_EVENT, ngx_cycle->log, 0,
                   "webrtc connection remove id:%*s",
                   (size_t) NGX_WEBRTC_ID_LEN, info->connection_id);

    ngx_webrtc_zone_connection_remove(worker->zone, info->connection_id);
}


static void
ngx_webrtc_worker_connection_sends(void *data,
    ngx_webrtc_connection_t *connection)
{
    ngx_webrtc_worker_t *worker = data;

    ngx_webrtc_zone_connection_sends(worker->zone,
                       ngx_webrtc_connection_info(connection)->connection_id);
}


static void
ngx_webrtc_worker_channel_empty(void *data, const ngx_str_t *channel_id)
{
    ngx_webrtc_worker_t *worker = data;

    ngx_webrtc_zone_channel_release(worker->zone, channel_id, &worker->self);
}


static void
ngx_webrtc_worker_channel_keep(void *data, const ngx_str_t *channel_id,
    ngx_webrtc_usec_t time)
{
    ngx_webrtc_worker_t *worker = data;

    ngx_webrtc_zone_channel_keep(worker->zone, channel_id, &worker->self,
                                 (ngx_msec_t) (time / NGX_WEBRTC_MSEC));
}


static void
ngx_webrtc_worker_session(void *data, ngx_webrtc_channel_t *channel,
    ngx_uint_t begins, ngx_webrtc_usec_t now)
{
    ngx_webrtc_worker_t *worker = data;

    ngx_webrtc_counters_t  *counters;

    counters = ngx_webrtc_zone_counters(worker->zone);

    (void) ngx_atomic_fetch_add(begins ? &counters->sessions_created
                                       : &counters->sessions_destroyed, 1);

    ngx_webrtc_hook_session(worker->hub, channel, begins, now);
}


static void
ngx_webrtc_worker_event(void *data, const ngx_webrtc_event_t *event)
{
    ngx_webrtc_worker_t *worker = data;

    ngx_webrtc_counters_t  *counters;

    if ((event->type == NGX_WEBRTC_EVENT_CLOSED
         || event->type == NGX_WEBRTC_EVENT_DESTROYED)
        && event->cause == NGX_WEBRTC_CLOSE_FAULT && event->reason)
    {
        counters = ngx_webrtc_zone_counters(worker->zone);

        if (ngx_strcmp(event->reason, "SDP-GENERATION-ERROR") == 0) {
            (void) ngx_atomic_fetch_add(&counters->sdp_errors, 1);

        } else if (ngx_strncmp(event->reason, "ICE-", 4) != 0
                   && ngx_strncmp(event->reason, "DTLS-", 5) != 0)
        {
            (void) ngx_atomic_fetch_add(&counters->signaling_errors, 1);
        }
    }

    ngx_webrtc_hook_event(worker->hub, event);
}


static void
ngx_webrtc_worker_count(void *data, ngx_webrtc_connection_t *connection,
    ngx_webrtc_event_e type, ngx_uint_t failed)
{
    ngx_webrtc_worker_t *worker = data;

    u_char                 *id;
    ngx_uint_t              program;
    ngx_webrtc_usec_t       setup, duration;
    ngx_webrtc_counters_t  *counters;

    counters = ngx_webrtc_zone_counters(worker->zone);

    ngx_log_debug4(NGX_LOG_DEBUG_EVENT, ngx_cycle->log, 0,
                   "webrtc connection id:%*s event:%d failed:%ui",
                   (size_t) NGX_WEBRTC_ID_LEN,
                   ngx_webrtc_connection_info(connection)->connection_id,
                   type, failed);

    program = ngx_webrtc_connection_info(connection)->program
              % NGX_WEBRTC_PROGRAMS;

    if (failed) {
        (void) ngx_atomic_fetch_add(&counters->failed, 1);
        (void) ngx_atomic_fetch_add(&counters->programs_failed[program], 1);
        return;
    }

    id = (u_char *) ngx_webrtc_connection_info(connection)->connection_id;

    switch (type) {

    case NGX_WEBRTC_EVENT_CREATED:
        setup = ngx_webrtc_connection_setup_time(connection);

        ngx_webrtc_zone_connection_live(worker->zone, id, 1);

        (void) ngx_atomic_fetch_add(&counters->successful, 1);
        (void) ngx_atomic_fetch_add(&counters->programs[program], 1);
        (void) ngx_atomic_fetch_add(&counters->udp, 1);
        (void) ngx_atomic_fetch_add(&counters->setup_msec,
                                    (ngx_atomic_int_t) (setup
                                                        / NGX_WEBRTC_MSEC));
        break;

    case NGX_WEBRTC_EVENT_UPDATED:
        (void) ngx_atomic_fetch_add(&counters->updated, 1);
        break;

    case NGX_WEBRTC_EVENT_DESTROYED:
        duration = ngx_webrtc_connection_duration(connection,
                                                  ngx_webrtc_now());

        ngx_webrtc_zone_connection_live(worker->zone, id, 0);

        (void) ngx_atomic_fetch_add(&counters->duration_sec,
                                    (ngx_atomic_int_t) (duration
                                                        / NGX_WEBRTC_SEC));
        break;

    default:
        break;
    }
}
