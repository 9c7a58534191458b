
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_candidates.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_conf_acl.h>
#include <event/ngx_webrtc_seat.h>
#include <event/ngx_webrtc_udp.h>
#include <event/ngx_webrtc_zone_sh.h>


/* the certificate lives as long as the master */
#define NGX_WEBRTC_CERT_DAYS      3650


static void *ngx_webrtc_create_conf(ngx_cycle_t *cycle);
static char *ngx_webrtc_init_conf(ngx_cycle_t *cycle, void *conf);
static char *ngx_webrtc_check_media(ngx_cycle_t *cycle,
    ngx_webrtc_conf_t *wcf);
static ngx_int_t ngx_webrtc_init_module(ngx_cycle_t *cycle);


static ngx_core_module_t  ngx_webrtc_module_ctx = {
    ngx_string("webrtc"),
    ngx_webrtc_create_conf,
    ngx_webrtc_init_conf
};


/*
 * A worker is set up and torn down by the stream module: linked into nginx,
 * a core module would have its turn before the events are there.
 */

ngx_module_t  ngx_webrtc_module = {
    NGX_MODULE_V1,
    &ngx_webrtc_module_ctx,                /* module context */
    ngx_webrtc_commands,                   /* module directives */
    NGX_CORE_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_webrtc_init_module,                /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/* made once, by the master; a reload keeps it, and the workers inherit it */
static ngx_webrtc_certificate_t  *ngx_webrtc_master_certificate;


static void *
ngx_webrtc_create_conf(ngx_cycle_t *cycle)
{
    ngx_webrtc_conf_t  *wcf;

    wcf = ngx_pcalloc(cycle->pool, sizeof(ngx_webrtc_conf_t));
    if (wcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     wcf->shm_zone = NULL;
     *     wcf->zone = NULL;
     *     wcf->media = NULL;
     *     wcf->user = NULL;
     *     wcf->node = { NULL };
     *     wcf->forwarding_allow = NULL;
     */

    wcf->max_connections = NGX_CONF_UNSET_UINT;
    wcf->channel_connections = NGX_CONF_UNSET_UINT;
    wcf->session_connections = NGX_CONF_UNSET_UINT;
    wcf->max_sections = NGX_CONF_UNSET_UINT;
    wcf->max_filters = NGX_CONF_UNSET_UINT;
    wcf->mailbox_size = NGX_CONF_UNSET_SIZE;
    wcf->mailbox_backlog = NGX_CONF_UNSET_SIZE;
    wcf->outbox_size = NGX_CONF_UNSET_SIZE;
    wcf->receive_buffer = NGX_CONF_UNSET_SIZE;
    wcf->send_buffer = NGX_CONF_UNSET_SIZE;
    wcf->stats_size = NGX_CONF_UNSET_SIZE;
    wcf->video_packets = NGX_CONF_UNSET_UINT;
    wcf->audio_packets = NGX_CONF_UNSET_UINT;
    wcf->video_bit_rate = NGX_CONF_UNSET_UINT;
    wcf->simulcast_video_bit_rate = NGX_CONF_UNSET_UINT;
    wcf->max_video_bit_rate = NGX_CONF_UNSET_UINT;
    wcf->max_forwardings = NGX_CONF_UNSET_UINT;
    wcf->bit_rate_sharing = NGX_CONF_UNSET;
    wcf->max_receive_bit_rate = NGX_CONF_UNSET_UINT;
    wcf->consent_timeout = NGX_CONF_UNSET_MSEC;
    wcf->setup_timeout = NGX_CONF_UNSET_MSEC;
    wcf->answer_timeout = NGX_CONF_UNSET_MSEC;
    wcf->session_keep = NGX_CONF_UNSET_MSEC;
    wcf->key_frame_interval = NGX_CONF_UNSET_MSEC;
    wcf->max_delay = NGX_CONF_UNSET_MSEC;
    wcf->idle_delay = NGX_CONF_UNSET_MSEC;
    wcf->speech_level = NGX_CONF_UNSET_UINT;
    wcf->speech_time = NGX_CONF_UNSET_MSEC;
    wcf->speech_hold = NGX_CONF_UNSET_MSEC;
    wcf->spotlight_number = NGX_CONF_UNSET_UINT;
    wcf->spotlight_interval = NGX_CONF_UNSET_MSEC;
    wcf->ping_interval = NGX_CONF_UNSET_MSEC;
    wcf->pong_timeout = NGX_CONF_UNSET_MSEC;

    ngx_webrtc_ice_create_conf(&wcf->ice);
    ngx_webrtc_data_create_conf(wcf);
    ngx_webrtc_spread_create_conf(wcf);

    return wcf;
}


static char *
ngx_webrtc_init_conf(ngx_cycle_t *cycle, void *conf)
{
    ngx_webrtc_conf_t *wcf = conf;

    ngx_conf_init_uint_value(wcf->max_connections, 4096);
    ngx_conf_init_uint_value(wcf->channel_connections, 1000);
    ngx_conf_init_uint_value(wcf->session_connections, 1000);
    ngx_conf_init_uint_value(wcf->max_sections, 512);
    ngx_conf_init_uint_value(wcf->max_filters, 16);
    ngx_conf_init_size_value(wcf->mailbox_size, 512 * 1024);
    ngx_conf_init_size_value(wcf->mailbox_backlog, 8 * 1024 * 1024);
    ngx_conf_init_size_value(wcf->outbox_size, 256 * 1024);
    ngx_conf_init_size_value(wcf->receive_buffer, 4 * 1024 * 1024);
    ngx_conf_init_size_value(wcf->send_buffer, 4 * 1024 * 1024);
    ngx_conf_init_size_value(wcf->stats_size, 256 * 1024);
    ngx_conf_init_uint_value(wcf->video_packets, 512);
    ngx_conf_init_uint_value(wcf->audio_packets, 64);
    ngx_conf_init_uint_value(wcf->video_bit_rate, 1000);
    ngx_conf_init_uint_value(wcf->simulcast_video_bit_rate, 3000);
    ngx_conf_init_uint_value(wcf->max_video_bit_rate, 50000);
    ngx_conf_init_uint_value(wcf->max_forwardings, 100);
    ngx_conf_init_value(wcf->bit_rate_sharing, 0);
    ngx_conf_init_uint_value(wcf->max_receive_bit_rate, 50000);
    ngx_conf_init_msec_value(wcf->consent_timeout, 30000);
    ngx_conf_init_msec_value(wcf->setup_timeout, 30000);
    ngx_conf_init_msec_value(wcf->answer_timeout, 20000);
    ngx_conf_init_msec_value(wcf->session_keep, 0);
    ngx_conf_init_msec_value(wcf->key_frame_interval, 500);
    ngx_conf_init_msec_value(wcf->max_delay, 500);
    ngx_conf_init_msec_value(wcf->idle_delay, 20);
    ngx_conf_init_uint_value(wcf->speech_level, 45);
    ngx_conf_init_msec_value(wcf->speech_time, 1000);
    ngx_conf_init_msec_value(wcf->speech_hold, 2000);
    ngx_conf_init_uint_value(wcf->spotlight_number, 5);
    ngx_conf_init_msec_value(wcf->spotlight_interval, 1000);
    ngx_conf_init_msec_value(wcf->ping_interval, 5000);
    ngx_conf_init_msec_value(wcf->pong_timeout, 60000);

    ngx_str_set(&wcf->node.version, NGX_WEBRTC_SORA_VERSION);

    if (wcf->node.label.data == NULL) {
        ngx_str_set(&wcf->node.label, "WebRTC SFU Sora");
    }

    if (wcf->node.node_name.data == NULL) {
        wcf->node.node_name = cycle->hostname;
    }

    wcf->mailbox_size = ngx_align(wcf->mailbox_size, ngx_pagesize);

    if (wcf->forwarding_allow == NULL) {
        wcf->forwarding_allow = ngx_webrtc_conf_private_acl(cycle->pool);
        if (wcf->forwarding_allow == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    /* where both are given the line has been told already */

    if (wcf->video_bit_rate > wcf->max_video_bit_rate) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "\"webrtc_video_bit_rate\" is %ui and must not be "
                      "greater than \"webrtc_max_video_bit_rate\", which is "
                      "%ui", wcf->video_bit_rate, wcf->max_video_bit_rate);
        return NGX_CONF_ERROR;
    }

    if (wcf->pong_timeout <= wcf->ping_interval) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "\"webrtc_pong_timeout\" is %Mms and must be greater "
                      "than \"webrtc_ping_interval\", which is %Mms",
                      wcf->pong_timeout, wcf->ping_interval);
        return NGX_CONF_ERROR;
    }

    ngx_webrtc_ice_init_conf(&wcf->ice);
    ngx_webrtc_spread_init_conf(wcf);

    if (ngx_webrtc_data_init_conf(cycle, wcf) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    if (wcf->user && wcf->media == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "\"%s\" needs a server with \"webrtc_media\" in "
                      "stream{}, in %s:%ui",
                      wcf->user, wcf->user_file, wcf->user_line);
        return NGX_CONF_ERROR;
    }

    if (wcf->media == NULL) {
        return NGX_CONF_OK;
    }

    return ngx_webrtc_check_media(cycle, wcf);
}


static char *
ngx_webrtc_check_media(ngx_cycle_t *cycle, ngx_webrtc_conf_t *wcf)
{
    ngx_uint_t            i;
    const char           *family;
    ngx_listening_t      *ls;
    ngx_core_conf_t      *ccf;
    ngx_webrtc_media_t   *media;
    ngx_webrtc_listen_t  *listen;

    media = wcf->media;

    if (wcf->zone == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "\"webrtc_media\" needs \"webrtc_zone\" in the main "
                      "context, in %s:%ui", media->file, media->line);
        return NGX_CONF_ERROR;
    }

    listen = media->listen.elts;

    for (i = 0; i < media->listen.nelts; i++) {
        ls = ngx_webrtc_udp_listening(cycle, &listen[i]);

        if (ls == NULL) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                          "%V of the server with \"webrtc_media\" is bound "
                          "together with a wildcard address of the same "
                          "port, in %s:%ui",
                          &listen[i].text, media->file, media->line);
            return NGX_CONF_ERROR;
        }

#if (NGX_HAVE_INET6)
        listen[i].dual = listen[i].v6 && listen[i].wildcard && !ls->ipv6only;
#endif

        if (!ngx_test_config
            && ngx_process != NGX_PROCESS_SIGNALLER
            && ngx_webrtc_udp_is_taken(cycle, &listen[i]))
        {
            ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                          "%V of the server with \"webrtc_media\" is used by "
                          "another program, or an nginx that is still "
                          "quitting: its packets will come here, in %s:%ui",
                          &listen[i].text, media->file, media->line);
        }
    }

    family = ngx_webrtc_candidates_unreachable(media);

    if (family) {
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "\"webrtc_public_address\" has an %s address, which is "
                      "of no use without a \"listen\" for %s, in %s:%ui",
                      family, family, media->file, media->line);
    }

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);
    wcf->workers = ccf->master ? (ngx_uint_t) ccf->worker_processes : 1;

    if (media->nports < wcf->workers) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "%ui media ports are not enough for %ui worker "
                      "processes, each needs one, in %s:%ui", media->nports,
                      wcf->workers, media->file, media->line);
        return NGX_CONF_ERROR;
    }

    if (media->nports < 2 * wcf->workers) {
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "%ui media ports are less than 2 for each of %ui worker "
                      "processes: after a reload the old ones keep theirs "
                      "while their calls last, in %s:%ui", media->nports,
                      wcf->workers, media->file, media->line);
    }

    if (media->nports + 2 * wcf->workers > NGX_WEBRTC_SEATS_MAX) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "%ui media ports are too many, the limit with %ui "
                      "worker processes is %i, in %s:%ui", media->nports,
                      wcf->workers,
                      (ngx_int_t) (NGX_WEBRTC_SEATS_MAX - 2 * wcf->workers),
                      media->file, media->line);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_webrtc_init_module(ngx_cycle_t *cycle)
{
    ngx_webrtc_conf_t  *wcf;

    if (ngx_test_config) {
        return NGX_OK;
    }

    wcf = ngx_webrtc_get_conf(cycle);

    ngx_webrtc_zone_start(wcf->zone);

    if (wcf->media == NULL) {
        return NGX_OK;
    }

    if (ngx_webrtc_master_certificate == NULL) {
        ngx_webrtc_master_certificate =
                  ngx_webrtc_certificate_create(ngx_time(),
                                                NGX_WEBRTC_CERT_DAYS);

        if (ngx_webrtc_master_certificate == NULL) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                          "webrtc certificate could not be made");
            return NGX_ERROR;
        }
    }

    ngx_webrtc_udp_prepare(cycle, wcf);
    ngx_webrtc_candidates_check(wcf->media, cycle->log);

    if (ngx_webrtc_seats_start(wcf->zone, cycle->log) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_seat_trunks_start(wcf->zone, ngx_webrtc_spread_needs(wcf),
                                 cycle->log);
    return NGX_OK;
}


void
ngx_webrtc_require(ngx_conf_t *cf, const char *directive)
{
    ngx_webrtc_conf_t  *wcf;

    wcf = ngx_webrtc_get_conf(cf->cycle);

    if (wcf->user == NULL) {
        wcf->user = directive;
        wcf->user_file = cf->conf_file->file.name.data;
        wcf->user_line = cf->conf_file->line;
    }
}


ngx_webrtc_certificate_t *
ngx_webrtc_certificate(void)
{
    return ngx_webrtc_master_certificate;
}
