
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <hub/ngx_webrtc_filter.h>
#include <hub/ngx_webrtc_member.h>


typedef struct ngx_webrtc_filter_value_s  ngx_webrtc_filter_value_t;
typedef struct ngx_webrtc_filter_term_s   ngx_webrtc_filter_term_t;
typedef struct ngx_webrtc_filter_rule_s   ngx_webrtc_filter_rule_t;


/* all are of the filter's pool, the last one added first */

struct ngx_webrtc_filter_value_s {
    ngx_webrtc_filter_value_t  *next;
    ngx_str_t                   text;
};


struct ngx_webrtc_filter_term_s {
    ngx_webrtc_filter_term_t   *next;
    ngx_webrtc_filter_value_t  *values;
    ngx_webrtc_filter_field_e   field;
    ngx_uint_t                  is_not_in;
};


struct ngx_webrtc_filter_rule_s {
    ngx_webrtc_filter_rule_t   *next;
    ngx_webrtc_filter_term_t   *terms;
};


struct ngx_webrtc_filter_s {
    ngx_queue_t                 queue;
    ngx_pool_t                 *pool;
    ngx_webrtc_filter_conf_t    conf;
    ngx_webrtc_filter_rule_t   *rules;
};


static ngx_uint_t ngx_webrtc_filter_match_term(
    const ngx_webrtc_filter_term_t *term, const ngx_str_t *subject);
static ngx_webrtc_filter_t *ngx_webrtc_filter_find(ngx_queue_t *filters,
    const ngx_str_t *name);
static void ngx_webrtc_filter_insert(ngx_queue_t *filters,
    ngx_webrtc_filter_t *filter);
static void ngx_webrtc_filter_changed(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection, ngx_webrtc_usec_t now);


#define ngx_webrtc_filter_list(channel, connection)                          \
    ((connection) ? &(connection)->filters : &(channel)->filters)


ngx_webrtc_filter_t *
ngx_webrtc_filter_create(const ngx_webrtc_filter_conf_t *conf, ngx_log_t *log)
{
    ngx_pool_t           *pool;
    ngx_webrtc_filter_t  *filter;

    pool = ngx_create_pool(1024, log);
    if (pool == NULL) {
        return NULL;
    }

    filter = ngx_pcalloc(pool, sizeof(ngx_webrtc_filter_t));

    if (filter == NULL
        || ngx_webrtc_str_copy(pool, &filter->conf.name, &conf->name)
           != NGX_OK
        || ngx_webrtc_str_copy(pool, &filter->conf.version, &conf->version)
           != NGX_OK
        || ngx_webrtc_str_copy(pool, &filter->conf.text, &conf->text)
           != NGX_OK)
    {
        ngx_destroy_pool(pool);
        return NULL;
    }

    filter->pool = pool;
    filter->conf.priority = conf->priority;
    filter->conf.allow = conf->allow;

    return filter;
}


void
ngx_webrtc_filter_free(ngx_webrtc_filter_t *filter)
{
    ngx_destroy_pool(filter->pool);
}


ngx_int_t
ngx_webrtc_filter_add_rule(ngx_webrtc_filter_t *filter)
{
    ngx_webrtc_filter_rule_t  *rule;

    rule = ngx_pcalloc(filter->pool, sizeof(ngx_webrtc_filter_rule_t));
    if (rule == NULL) {
        return NGX_ERROR;
    }

    rule->next = filter->rules;
    filter->rules = rule;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_filter_add_term(ngx_webrtc_filter_t *filter,
    ngx_webrtc_filter_field_e field, ngx_uint_t is_not_in)
{
    ngx_webrtc_filter_term_t  *term;

    term = ngx_pcalloc(filter->pool, sizeof(ngx_webrtc_filter_term_t));
    if (term == NULL) {
        return NGX_ERROR;
    }

    term->field = field;
    term->is_not_in = is_not_in;

    term->next = filter->rules->terms;
    filter->rules->terms = term;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_filter_add_value(ngx_webrtc_filter_t *filter,
    const ngx_str_t *text)
{
    ngx_webrtc_filter_term_t   *term;
    ngx_webrtc_filter_value_t  *value;

    value = ngx_pcalloc(filter->pool, sizeof(ngx_webrtc_filter_value_t));

    if (value == NULL
        || ngx_webrtc_str_copy(filter->pool, &value->text, text) != NGX_OK)
    {
        return NGX_ERROR;
    }

    term = filter->rules->terms;

    value->next = term->values;
    term->values = value;

    return NGX_OK;
}


ngx_uint_t
ngx_webrtc_filter_match(const ngx_webrtc_filter_t *filter,
    const ngx_webrtc_connection_info_t *sender, ngx_uint_t video)
{
    ngx_str_t                  connection_id;
    const ngx_str_t           *subjects[NGX_WEBRTC_FILTER_KIND + 1];
    ngx_webrtc_filter_rule_t  *rule;
    ngx_webrtc_filter_term_t  *term;

    static const ngx_str_t  kinds[] = {
        ngx_string("audio"),
        ngx_string("video")
    };

    connection_id.len = NGX_WEBRTC_ID_LEN;
    connection_id.data = (u_char *) sender->connection_id;

    subjects[NGX_WEBRTC_FILTER_CONNECTION_ID] = &connection_id;
    subjects[NGX_WEBRTC_FILTER_CLIENT_ID] = &sender->client_id;
    subjects[NGX_WEBRTC_FILTER_KIND] = &kinds[video != 0];

    for (rule = filter->rules; rule; rule = rule->next) {

        for (term = rule->terms; term; term = term->next) {

            if (!ngx_webrtc_filter_match_term(term, subjects[term->field])) {
                break;
            }
        }

        if (term == NULL) {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_webrtc_filter_match_term(const ngx_webrtc_filter_term_t *term,
    const ngx_str_t *subject)
{
    ngx_webrtc_filter_value_t  *value;

    for (value = term->values; value; value = value->next) {

        if (ngx_webrtc_str_equal(&value->text, subject)) {
            return !term->is_not_in;
        }
    }

    return term->is_not_in;
}


const ngx_webrtc_filter_conf_t *
ngx_webrtc_filter_conf(const ngx_webrtc_filter_t *filter)
{
    return &filter->conf;
}


const char *
ngx_webrtc_hub_add_filter(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection, ngx_webrtc_filter_t *filter,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t    n;
    ngx_queue_t  *filters, *q;

    filters = ngx_webrtc_filter_list(channel, connection);

    if (ngx_webrtc_filter_find(filters, &filter->conf.name)) {
        return "FORWARDING-FILTER-EXISTS";
    }

    n = 0;

    for (q = ngx_queue_head(filters);
         q != ngx_queue_sentinel(filters);
         q = ngx_queue_next(q))
    {
        n++;
    }

    if (n == channel->hub->conf.max_filters) {
        return "TOO-MANY-FORWARDING-FILTERS";
    }

    ngx_webrtc_filter_insert(filters, filter);
    ngx_webrtc_filter_changed(channel, connection, now);

    return NULL;
}


const char *
ngx_webrtc_hub_update_filter(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection, ngx_webrtc_filter_t *filter,
    const ngx_str_t *version, ngx_webrtc_usec_t now)
{
    ngx_queue_t          *filters;
    ngx_webrtc_filter_t  *old;

    filters = ngx_webrtc_filter_list(channel, connection);

    old = ngx_webrtc_filter_find(filters, &filter->conf.name);
    if (old == NULL) {
        return "FORWARDING-FILTER-NOT-FOUND";
    }

    if (version->len && !ngx_webrtc_str_equal(version, &old->conf.version)) {
        return "FORWARDING-FILTER-VERSION-MISMATCH";
    }

    ngx_queue_remove(&old->queue);
    ngx_webrtc_filter_free(old);

    ngx_webrtc_filter_insert(filters, filter);
    ngx_webrtc_filter_changed(channel, connection, now);

    return NULL;
}


const char *
ngx_webrtc_hub_remove_filter(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection, const ngx_str_t *name,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_filter_t  *filter;

    filter = ngx_webrtc_filter_find(ngx_webrtc_filter_list(channel,
                                                           connection),
                                    name);
    if (filter == NULL) {
        return "FORWARDING-FILTER-NOT-FOUND";
    }

    ngx_queue_remove(&filter->queue);
    ngx_webrtc_filter_free(filter);

    ngx_webrtc_filter_changed(channel, connection, now);

    return NULL;
}


ngx_int_t
ngx_webrtc_filter_join(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_join_t *join, ngx_webrtc_usec_t now, const char **reason)
{
    ngx_uint_t   i;
    const char  *refusal;

    for (i = 0; i < join->nfilters; i++) {
        refusal = ngx_webrtc_hub_add_filter(connection->channel, connection,
                                            join->filters[i], now);
        if (refusal) {
            *reason = refusal;
            return NGX_ERROR;
        }

        join->filters[i] = NULL;
    }

    return NGX_OK;
}


void
ngx_webrtc_filter_free_all(ngx_queue_t *filters)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(filters)) {
        q = ngx_queue_head(filters);
        ngx_queue_remove(q);

        ngx_webrtc_filter_free(ngx_queue_data(q, ngx_webrtc_filter_t, queue));
    }
}


ngx_webrtc_filter_t *
ngx_webrtc_hub_next_filter(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection, ngx_webrtc_filter_t *filter)
{
    ngx_queue_t  *filters, *q;

    filters = ngx_webrtc_filter_list(channel, connection);

    q = filter ? ngx_queue_next(&filter->queue) : ngx_queue_head(filters);

    return (q == ngx_queue_sentinel(filters))
           ? NULL : ngx_queue_data(q, ngx_webrtc_filter_t, queue);
}


static ngx_webrtc_filter_t *
ngx_webrtc_filter_find(ngx_queue_t *filters, const ngx_str_t *name)
{
    ngx_queue_t          *q;
    ngx_webrtc_filter_t  *filter;

    for (q = ngx_queue_head(filters);
         q != ngx_queue_sentinel(filters);
         q = ngx_queue_next(q))
    {
        filter = ngx_queue_data(q, ngx_webrtc_filter_t, queue);

        if (ngx_webrtc_str_equal(&filter->conf.name, name)) {
            return filter;
        }
    }

    return NULL;
}


/* after those of the same priority */

static void
ngx_webrtc_filter_insert(ngx_queue_t *filters, ngx_webrtc_filter_t *filter)
{
    ngx_queue_t          *q;
    ngx_webrtc_filter_t  *other;

    for (q = ngx_queue_last(filters);
         q != ngx_queue_sentinel(filters);
         q = ngx_queue_prev(q))
    {
        other = ngx_queue_data(q, ngx_webrtc_filter_t, queue);

        if (other->conf.priority <= filter->conf.priority) {
            break;
        }
    }

    ngx_queue_insert_head(q, &filter->queue);
}


ngx_uint_t
ngx_webrtc_hub_filtered(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender, ngx_uint_t video)
{
    ngx_uint_t             allows;
    ngx_webrtc_filter_t   *own, *all, *filter;
    ngx_webrtc_channel_t  *channel;

    channel = receiver->channel;
    own = ngx_webrtc_hub_next_filter(channel, receiver, NULL);
    all = ngx_webrtc_hub_next_filter(channel, NULL, NULL);
    allows = 0;

    while (own || all) {

        if (all == NULL
            || (own && own->conf.priority <= all->conf.priority))
        {
            filter = own;
            own = ngx_webrtc_hub_next_filter(channel, receiver, own);

        } else {
            filter = all;
            all = ngx_webrtc_hub_next_filter(channel, NULL, all);
        }

        if (ngx_webrtc_filter_match(filter, &sender->info, video)) {
            return !filter->conf.allow;
        }

        allows |= filter->conf.allow;
    }

    return allows;
}


/* to whatever it may have changed */

static void
ngx_webrtc_filter_changed(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection, ngx_webrtc_usec_t now)
{
    ngx_webrtc_connection_t  *receiver;

    if (connection) {
        ngx_webrtc_reception_apply_all(connection, now);
        return;
    }

    for (receiver = ngx_webrtc_channel_next(channel, NULL);
         receiver;
         receiver = ngx_webrtc_channel_next(channel, receiver))
    {
        ngx_webrtc_reception_apply_all(receiver, now);
    }
}
