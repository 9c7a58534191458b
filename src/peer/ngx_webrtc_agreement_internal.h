
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the files of the agreement share */


#ifndef _NGX_WEBRTC_AGREEMENT_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_AGREEMENT_INTERNAL_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_str.h>
#include <proto/ngx_webrtc_sdp_write.h>
#include <peer/ngx_webrtc_agreement.h>
#include <peer/ngx_webrtc_remote.h>


#define NGX_WEBRTC_AGREEMENT_LINES   32     /* m-lines, refused ones too */
#define NGX_WEBRTC_AGREEMENT_MID     64
#define NGX_WEBRTC_AGREEMENT_WORD    16     /* "application" */
#define NGX_WEBRTC_AGREEMENT_STREAM  64
#define NGX_WEBRTC_AGREEMENT_NONE    ((ngx_uint_t) -1)

#define ngx_webrtc_agreement_alive(draft, line)                              \
    (((draft)->alive >> (line)) & 1)


/* the sections that can be agreed on */

enum {
    NGX_WEBRTC_AGREEMENT_AUDIO = 0,
    NGX_WEBRTC_AGREEMENT_VIDEO,
    NGX_WEBRTC_AGREEMENT_DATA,
    NGX_WEBRTC_AGREEMENT_PARTS
};


/* one m-line, from the first description that has it */

typedef struct {
    ngx_webrtc_sdp_kind_e          kind;
    unsigned                       rejected:1;  /* with port 0 */
    uint8_t                        media_len;
    uint8_t                        mid_len;
    u_char                         media[NGX_WEBRTC_AGREEMENT_WORD];
    u_char                         mid[NGX_WEBRTC_AGREEMENT_MID];
} ngx_webrtc_agreement_line_t;


/* a part as it is offered, or as it goes into an answer */

typedef struct {
    ngx_uint_t                     line;        /* NONE: not there */
    ngx_str_t                      mid;
    ngx_webrtc_sdp_format_t        format;
    ngx_webrtc_ext_map_t           exts;
    uint8_t                        direction;   /* ours */
    unsigned                       live:1;      /* not refused */
    u_char                         fmtp[NGX_WEBRTC_FMTP_LEN];
    u_char                         mid_buf[NGX_WEBRTC_NEGOTIATION_MID];
} ngx_webrtc_agreement_part_t;


/* the pool's, but for the text of an offer that waits for its answer */

typedef struct {
    uint64_t                       session_id;
    uint64_t                       version;

    ngx_webrtc_agreement_line_t   *lines[NGX_WEBRTC_AGREEMENT_LINES];
    ngx_uint_t                     nlines;
    ngx_uint_t                     max_lines;

    /* agreed, or while an offer of ours is outstanding: offered */
    ngx_webrtc_agreement_part_t    parts[NGX_WEBRTC_AGREEMENT_PARTS];
    unsigned                       outstanding:1;

    u_char                        *offer;       /* malloc()ed */
    size_t                         offer_len;

    u_char                         stream[NGX_WEBRTC_NEGOTIATION_MID];
} ngx_webrtc_agreement_state_t;


/*
 * A description while it is being made or taken over.  M-lines that are
 * nobody's part are kept alive, inactive, where that is possible: browsers
 * give up the transport of all with the first m-line of the bundle.
 */

typedef struct {
    ngx_webrtc_agreement_t        *agreement;
    ngx_webrtc_agreement_state_t  *state;
    ngx_webrtc_sdp_t              *sdp;         /* the remote's, or NULL */
    const char                   **reason;
    ngx_uint_t                     nlines;
    uint32_t                       alive;       /* a bit per m-line */
    ngx_webrtc_sdp_setup_e         setup;
    ngx_webrtc_agreement_part_t    parts[NGX_WEBRTC_AGREEMENT_PARTS];
    ngx_webrtc_negotiation_remote_t
                                   remote;
    ngx_webrtc_ext_map_t           exts;        /* of all sections */
    unsigned                       has_remote:1;
} ngx_webrtc_agreement_draft_t;


/* *.c: NULL for data */
ngx_webrtc_agreement_media_t *ngx_webrtc_agreement_media(
    ngx_webrtc_agreement_t *agreement, ngx_uint_t part);
ngx_webrtc_sdp_kind_e ngx_webrtc_agreement_kind(ngx_uint_t part);
ngx_uint_t ngx_webrtc_agreement_wanted(
    const ngx_webrtc_agreement_t *agreement, ngx_uint_t part);

/* an extension is of use on this part */
ngx_uint_t ngx_webrtc_agreement_wants_ext(
    const ngx_webrtc_agreement_part_t *part, ngx_uint_t kind);

/* what an m-line is called in the draft */
void ngx_webrtc_agreement_mid(const ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t line, ngx_str_t *mid);

/* whose m-line it is, or PARTS: nobody's */
ngx_uint_t ngx_webrtc_agreement_part(const ngx_webrtc_agreement_part_t *parts,
    ngx_uint_t line);

/* one that no m-line has */
ngx_int_t ngx_webrtc_agreement_new_mid(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n);

void ngx_webrtc_agreement_draft(ngx_webrtc_agreement_draft_t *draft,
    ngx_webrtc_agreement_t *agreement, const char **reason);
/* neither blanks nor line ends may come into a description from outside */
ngx_int_t ngx_webrtc_agreement_check_stream(
    ngx_webrtc_agreement_draft_t *draft);
/* reads a description into draft->sdp, which is to be freed if not NULL */
ngx_int_t ngx_webrtc_agreement_parse(ngx_webrtc_agreement_draft_t *draft,
    u_char *pos, u_char *last);

/* memory for apply(), which cannot fail; take_remote() comes last */
ngx_int_t ngx_webrtc_agreement_reserve(ngx_webrtc_agreement_draft_t *draft);
ngx_int_t ngx_webrtc_agreement_take_remote(
    ngx_webrtc_agreement_draft_t *draft);
/*
 * Makes the draft the agreement: its m-lines and, if there is a description
 * of the remote, what was agreed on each part.
 */
void ngx_webrtc_agreement_apply(ngx_webrtc_agreement_draft_t *draft);
/* takes down which parts the remote's description has */
void ngx_webrtc_agreement_note(ngx_webrtc_agreement_draft_t *draft);

ngx_int_t ngx_webrtc_agreement_fail(ngx_webrtc_agreement_draft_t *draft,
    const char *reason);

/* _answer.c: the extensions of the part's section that are of use */
void ngx_webrtc_agreement_take_exts(ngx_webrtc_agreement_draft_t *draft,
    ngx_webrtc_agreement_part_t *part);

/* _write.c: the draft as a text; NGX_ERROR: it does not fit */
ngx_int_t ngx_webrtc_agreement_write(ngx_webrtc_agreement_draft_t *draft,
    ngx_webrtc_text_t *text);

/*
 * _codec.c: which of a section's formats suits best, NULL: none; then how it
 * is answered.  A media without a codec takes any.
 */
ngx_webrtc_sdp_codec_t *ngx_webrtc_agreement_choose(
    const ngx_webrtc_agreement_media_t *media,
    ngx_webrtc_sdp_section_t *section);
ngx_int_t ngx_webrtc_agreement_format(ngx_webrtc_agreement_part_t *part,
    const ngx_webrtc_agreement_media_t *media,
    ngx_webrtc_sdp_section_t *section, const ngx_webrtc_sdp_codec_t *codec);
/* both at once for an m-line that is not used; NGX_ERROR: there is none */
ngx_int_t ngx_webrtc_agreement_format_any(ngx_webrtc_agreement_part_t *part,
    ngx_webrtc_sdp_section_t *section);


#endif /* _NGX_WEBRTC_AGREEMENT_INTERNAL_H_INCLUDED_ */
