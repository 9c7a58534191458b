
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_sdp.h>
#include <proto/ngx_webrtc_sdp_attr.h>


typedef struct {
    uint8_t     pt;
    uint32_t    clock;
    ngx_str_t   name;
} ngx_webrtc_sdp_static_t;


/* payload types that need no rtpmap (RFC 3551) */

static const ngx_webrtc_sdp_static_t  ngx_webrtc_sdp_statics[] = {
    {  0, 8000, ngx_string("PCMU") },
    {  8, 8000, ngx_string("PCMA") },
    {  9, 8000, ngx_string("G722") },
    { 13, 8000, ngx_string("CN") }
};

#define NGX_WEBRTC_SDP_STATICS                                               \
    (sizeof(ngx_webrtc_sdp_statics) / sizeof(ngx_webrtc_sdp_statics[0]))


static ngx_int_t ngx_webrtc_sdp_parse_line(ngx_webrtc_sdp_t *sdp,
    ngx_uint_t n, u_char *pos, u_char *last);
static ngx_int_t ngx_webrtc_sdp_parse_origin(ngx_webrtc_sdp_t *sdp,
    u_char *pos, u_char *last);
static ngx_int_t ngx_webrtc_sdp_parse_bandwidth(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
static ngx_int_t ngx_webrtc_sdp_parse_media(ngx_webrtc_sdp_t *sdp,
    u_char *pos, u_char *last);
static void ngx_webrtc_sdp_set_media(ngx_webrtc_sdp_section_t *section,
    const ngx_str_t *word);
static ngx_int_t ngx_webrtc_sdp_add_codec(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, const ngx_str_t *word);
static ngx_int_t ngx_webrtc_sdp_finish(ngx_webrtc_sdp_t *sdp);
static void ngx_webrtc_sdp_inherit(ngx_webrtc_sdp_transport_t *transport,
    const ngx_webrtc_sdp_transport_t *session);
static ngx_int_t ngx_webrtc_sdp_finish_codecs(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section);
static ngx_int_t ngx_webrtc_sdp_finish_simulcast(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section);
static ngx_int_t ngx_webrtc_sdp_simulcast_rids(
    ngx_webrtc_sdp_section_t *section, ngx_uint_t direction,
    ngx_str_t *list);
static ngx_uint_t ngx_webrtc_sdp_in_group(const ngx_str_t *group,
    const ngx_str_t *mid);


ngx_int_t
ngx_webrtc_sdp_parse(ngx_webrtc_sdp_t *sdp, u_char *pos, u_char *last,
    ngx_webrtc_sdp_section_t *sections, ngx_uint_t max)
{
    u_char      *end, *next;
    ngx_uint_t   n;

    ngx_memzero(sdp, sizeof(ngx_webrtc_sdp_t));

    sdp->sections = sections;
    sdp->direction = NGX_WEBRTC_SDP_SENDRECV;
    sdp->max_sections = ngx_min(max, NGX_WEBRTC_SDP_MAX_SECTIONS);

    if (last - pos > NGX_WEBRTC_SDP_MAX_SIZE) {
        return ngx_webrtc_sdp_fail(sdp, "SDP-TOO-LARGE");
    }

    for (n = 0; pos < last; n++) {

        if (n == NGX_WEBRTC_SDP_MAX_LINES) {
            return ngx_webrtc_sdp_fail(sdp, "SDP-TOO-MANY-LINES");
        }

        end = memchr(pos, '\n', last - pos);
        next = end ? end + 1 : last;
        end = end ? end : last;

        if (end > pos && end[-1] == '\r') {
            end--;
        }

        if (end - pos > NGX_WEBRTC_SDP_MAX_LINE) {
            return ngx_webrtc_sdp_fail(sdp, "SDP-LINE-TOO-LONG");
        }

        if (memchr(pos, '\0', end - pos) || memchr(pos, '\r', end - pos)) {
            return ngx_webrtc_sdp_fail(sdp, "SDP-MALFORMED");
        }

        if (ngx_webrtc_sdp_parse_line(sdp, n, pos, end) != NGX_OK) {
            return NGX_ERROR;
        }

        pos = next;
    }

    return ngx_webrtc_sdp_finish(sdp);
}


static ngx_int_t
ngx_webrtc_sdp_parse_line(ngx_webrtc_sdp_t *sdp, ngx_uint_t n, u_char *pos,
    u_char *last)
{
    ngx_webrtc_sdp_section_t  *section;

    if (n == 0) {
        if (last - pos != 3 || ngx_memcmp(pos, "v=0", 3) != 0) {
            return ngx_webrtc_sdp_fail(sdp, "SDP-MALFORMED");
        }

        return NGX_OK;
    }

    if (pos == last) {

        /* empty lines, mostly at the end, are not worth a refusal */

        return NGX_OK;
    }

    if (last - pos < 2 || pos[1] != '=') {
        return ngx_webrtc_sdp_fail(sdp, "SDP-MALFORMED");
    }

    section = sdp->nsections ? &sdp->sections[sdp->nsections - 1] : NULL;

    switch (pos[0]) {

    case 'o':
        return ngx_webrtc_sdp_parse_origin(sdp, pos + 2, last);

    case 'm':
        return ngx_webrtc_sdp_parse_media(sdp, pos + 2, last);

    case 'b':
        return ngx_webrtc_sdp_parse_bandwidth(sdp, section, pos + 2, last);

    case 'a':
        return ngx_webrtc_sdp_parse_attribute(sdp, section, pos + 2, last);
    }

    return NGX_OK;
}


/* o=<username> <sess-id> <sess-version> <nettype> <addrtype> <address> */

static ngx_int_t
ngx_webrtc_sdp_parse_origin(ngx_webrtc_sdp_t *sdp, u_char *pos, u_char *last)
{
    ngx_str_t  word;

    if (sdp->session_id.len
        || ngx_webrtc_sdp_word(&pos, last, &word) != NGX_OK
        || ngx_webrtc_sdp_word(&pos, last, &sdp->session_id) != NGX_OK
        || ngx_webrtc_sdp_word(&pos, last, &word) != NGX_OK
        || ngx_webrtc_sdp_uint(&word, UINT64_MAX, &sdp->version) != NGX_OK)
    {
        return ngx_webrtc_sdp_fail(sdp, "SDP-MALFORMED");
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sdp_parse_bandwidth(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last)
{
    uint64_t   n;
    ngx_str_t  type, value;

    if (section == NULL) {
        return NGX_OK;
    }

    type.data = pos;
    type.len = last - pos;
    ngx_webrtc_sdp_cut(&type, ':', &value);

    if (ngx_webrtc_sdp_is(&type, "TIAS")) {
        if (ngx_webrtc_sdp_uint(&value, UINT32_MAX, &n) != NGX_OK) {
            return ngx_webrtc_sdp_fail(sdp, "BAD-BANDWIDTH");
        }

        section->bandwidth = n;
        section->tias = 1;
        return NGX_OK;
    }

    if (ngx_webrtc_sdp_is(&type, "AS") && !section->tias) {
        if (ngx_webrtc_sdp_uint(&value, UINT32_MAX, &n) != NGX_OK) {
            return ngx_webrtc_sdp_fail(sdp, "BAD-BANDWIDTH");
        }

        section->bandwidth = n * 1000;
    }

    return NGX_OK;
}


/* m=<media> <port>[/<number>] <proto> <fmt> ... */

static ngx_int_t
ngx_webrtc_sdp_parse_media(ngx_webrtc_sdp_t *sdp, u_char *pos, u_char *last)
{
    uint64_t                   n;
    ngx_str_t                  word, rest;
    ngx_webrtc_sdp_section_t  *section;

    if (sdp->nsections == sdp->max_sections) {
        return ngx_webrtc_sdp_fail(sdp, "SDP-TOO-MANY-SECTIONS");
    }

    section = &sdp->sections[sdp->nsections++];
    ngx_memzero(section, sizeof(ngx_webrtc_sdp_section_t));

    section->direction = sdp->direction;

    if (ngx_webrtc_sdp_word(&pos, last, &word) != NGX_OK) {
        return ngx_webrtc_sdp_fail(sdp, "SDP-MALFORMED");
    }

    ngx_webrtc_sdp_set_media(section, &word);

    if (ngx_webrtc_sdp_word(&pos, last, &word) != NGX_OK) {
        return ngx_webrtc_sdp_fail(sdp, "SDP-MALFORMED");
    }

    ngx_webrtc_sdp_cut(&word, '/', &rest);

    if (ngx_webrtc_sdp_uint(&word, 65535, &n) != NGX_OK
        || ngx_webrtc_sdp_word(&pos, last, &section->proto) != NGX_OK)
    {
        return ngx_webrtc_sdp_fail(sdp, "SDP-MALFORMED");
    }

    section->port = (uint16_t) n;

    while (pos < last && *pos == ' ') {
        pos++;
    }

    section->formats.data = pos;
    section->formats.len = last - pos;

    if (section->kind != NGX_WEBRTC_SDP_AUDIO
        && section->kind != NGX_WEBRTC_SDP_VIDEO)
    {
        return NGX_OK;
    }

    while (ngx_webrtc_sdp_word(&pos, last, &word) == NGX_OK) {
        if (ngx_webrtc_sdp_add_codec(sdp, section, &word) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_webrtc_sdp_set_media(ngx_webrtc_sdp_section_t *section,
    const ngx_str_t *word)
{
    section->media = *word;

    if (ngx_webrtc_sdp_is(word, "audio")) {
        section->kind = NGX_WEBRTC_SDP_AUDIO;

    } else if (ngx_webrtc_sdp_is(word, "video")) {
        section->kind = NGX_WEBRTC_SDP_VIDEO;

    } else if (ngx_webrtc_sdp_is(word, "application")) {
        section->kind = NGX_WEBRTC_SDP_APPLICATION;
        section->max_message_size = 65536;
    }
}


static ngx_int_t
ngx_webrtc_sdp_add_codec(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, const ngx_str_t *word)
{
    uint64_t                 pt;
    ngx_uint_t               i;
    ngx_webrtc_sdp_codec_t  *codec;

    if (ngx_webrtc_sdp_uint(word, 127, &pt) != NGX_OK) {
        return ngx_webrtc_sdp_fail(sdp, "BAD-PAYLOAD-TYPE");
    }

    if (ngx_webrtc_sdp_find_codec(section, (ngx_uint_t) pt)) {
        return ngx_webrtc_sdp_fail(sdp, "DUPLICATE-PAYLOAD-TYPE");
    }

    if (section->ncodecs == NGX_WEBRTC_SDP_MAX_CODECS) {
        return ngx_webrtc_sdp_fail(sdp, "TOO-MANY-CODECS");
    }

    codec = &section->codecs[section->ncodecs++];

    codec->pt = (uint8_t) pt;
    codec->apt = NGX_WEBRTC_SDP_NO_PT;
    codec->channels = 1;

    for (i = 0; i < NGX_WEBRTC_SDP_STATICS; i++) {
        if (ngx_webrtc_sdp_statics[i].pt == pt) {
            codec->name = ngx_webrtc_sdp_statics[i].name;
            codec->clock = ngx_webrtc_sdp_statics[i].clock;
        }
    }

    return NGX_OK;
}


/* what can be said only when all lines are known */

static ngx_int_t
ngx_webrtc_sdp_finish(ngx_webrtc_sdp_t *sdp)
{
    ngx_uint_t                 i, j;
    ngx_webrtc_sdp_section_t  *section;

    if (sdp->session_id.len == 0) {
        return ngx_webrtc_sdp_fail(sdp, "SDP-MALFORMED");
    }

    for (i = 0; i < sdp->nsections; i++) {
        section = &sdp->sections[i];

        for (j = 0; section->mid.len && j < i; j++) {
            if (ngx_webrtc_str_equal(&section->mid, &sdp->sections[j].mid)) {
                return ngx_webrtc_sdp_fail(sdp, "DUPLICATE-MID");
            }
        }

        section->bundled = ngx_webrtc_sdp_in_group(&sdp->bundle,
                                                   &section->mid);

        ngx_webrtc_sdp_inherit(&section->transport, &sdp->transport);

        if (ngx_webrtc_sdp_finish_codecs(sdp, section) != NGX_OK
            || ngx_webrtc_sdp_finish_simulcast(sdp, section) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_webrtc_sdp_inherit(ngx_webrtc_sdp_transport_t *transport,
    const ngx_webrtc_sdp_transport_t *session)
{
    if (transport->ufrag.len == 0 && transport->pwd.len == 0) {
        transport->ufrag = session->ufrag;
        transport->pwd = session->pwd;
    }

    if (transport->setup == NGX_WEBRTC_SDP_SETUP_NONE) {
        transport->setup = session->setup;
    }

    if (transport->nfingerprints == 0) {
        transport->nfingerprints = session->nfingerprints;
        ngx_memcpy(transport->fingerprints, session->fingerprints,
                   sizeof(transport->fingerprints));
    }
}


static ngx_int_t
ngx_webrtc_sdp_finish_codecs(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section)
{
    uint64_t                 pt;
    ngx_str_t                value;
    ngx_uint_t               i;
    ngx_webrtc_sdp_codec_t  *codec, *repaired;

    for (i = 0; i < section->ncodecs; i++) {
        codec = &section->codecs[i];

        if (!ngx_webrtc_sdp_is_nocase(&codec->name, "rtx")
            || ngx_webrtc_sdp_fmtp_value(&codec->fmtp, "apt", &value)
               != NGX_OK)
        {
            continue;
        }

        if (ngx_webrtc_sdp_uint(&value, 127, &pt) != NGX_OK) {
            return ngx_webrtc_sdp_fail(sdp, "BAD-APT");
        }

        repaired = ngx_webrtc_sdp_find_codec(section, (ngx_uint_t) pt);

        if (repaired == NULL) {
            continue;
        }

        if (ngx_webrtc_sdp_is_nocase(&repaired->name, "rtx")) {
            return ngx_webrtc_sdp_fail(sdp, "BAD-APT");
        }

        codec->apt = (uint8_t) pt;
    }

    return NGX_OK;
}


/* a=simulcast:send r0;r1;~r2 [recv ...] (RFC 8853, section 5.1) */

static ngx_int_t
ngx_webrtc_sdp_finish_simulcast(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section)
{
    u_char      *pos, *last;
    ngx_str_t    word, list;
    ngx_uint_t   direction;

    pos = section->simulcast.data;
    last = pos + section->simulcast.len;

    while (pos < last && ngx_webrtc_sdp_word(&pos, last, &word) == NGX_OK) {

        if (ngx_webrtc_sdp_is(&word, "send")) {
            direction = NGX_WEBRTC_SDP_SENDONLY;

        } else if (ngx_webrtc_sdp_is(&word, "recv")) {
            direction = NGX_WEBRTC_SDP_RECVONLY;

        } else {
            return ngx_webrtc_sdp_fail(sdp, "BAD-SIMULCAST");
        }

        if (ngx_webrtc_sdp_word(&pos, last, &list) != NGX_OK) {
            return ngx_webrtc_sdp_fail(sdp, "BAD-SIMULCAST");
        }

        if (ngx_webrtc_sdp_simulcast_rids(section, direction, &list)
            != NGX_OK)
        {
            return ngx_webrtc_sdp_fail(sdp, "SIMULCAST-RID-MISMATCH");
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sdp_simulcast_rids(ngx_webrtc_sdp_section_t *section,
    ngx_uint_t direction, ngx_str_t *list)
{
    ngx_str_t              id, stream, next;
    ngx_uint_t             i, paused;
    ngx_webrtc_sdp_rid_t  *rid;

    for (stream = *list; stream.len; stream = next) {

        ngx_webrtc_sdp_cut(&stream, ';', &next);

        /* of alternatives ("r0,r1") each one must be known */

        while (stream.len) {
            id = stream;
            ngx_webrtc_sdp_cut(&id, ',', &stream);

            paused = (id.len && id.data[0] == '~');
            id.data += paused;
            id.len -= paused;

            for (i = 0; i < section->nrids; i++) {
                rid = &section->rids[i];

                if (rid->direction == direction
                    && ngx_webrtc_str_equal(&rid->id, &id))
                {
                    rid->simulcast = 1;
                    rid->paused = paused;
                    break;
                }
            }

            if (i == section->nrids) {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_webrtc_sdp_in_group(const ngx_str_t *group, const ngx_str_t *mid)
{
    u_char     *pos, *last;
    ngx_str_t   word;

    if (mid->len == 0 || group->len == 0) {
        return 0;
    }

    pos = group->data;
    last = pos + group->len;

    while (ngx_webrtc_sdp_word(&pos, last, &word) == NGX_OK) {
        if (ngx_webrtc_str_equal(&word, mid)) {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_webrtc_sdp_check_transport(const ngx_webrtc_sdp_transport_t *transport,
    const char **reason)
{
    if (transport->ufrag.len == 0) {
        *reason = "MISSING-ICE-UFRAG";
        return NGX_ERROR;
    }

    if (transport->pwd.len == 0) {
        *reason = "MISSING-ICE-PWD";
        return NGX_ERROR;
    }

    if (transport->nfingerprints == 0) {
        *reason = "MISSING-FINGERPRINT";
        return NGX_ERROR;
    }

    if (transport->setup == NGX_WEBRTC_SDP_SETUP_NONE) {
        *reason = "MISSING-SETUP";
        return NGX_ERROR;
    }

    if (transport->setup == NGX_WEBRTC_SDP_SETUP_HOLDCONN) {
        *reason = "BAD-SETUP";
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_webrtc_sdp_codec_t *
ngx_webrtc_sdp_find_codec(ngx_webrtc_sdp_section_t *section, ngx_uint_t pt)
{
    ngx_uint_t  i;

    for (i = 0; i < section->ncodecs; i++) {
        if (section->codecs[i].pt == pt) {
            return &section->codecs[i];
        }
    }

    return NULL;
}
