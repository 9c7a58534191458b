
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_slots.h>


#define NGX_WEBRTC_SLOTS_FIRST  64
#define NGX_WEBRTC_SLOTS_NONE   UINT32_MAX


static ngx_int_t ngx_webrtc_slots_grow(ngx_webrtc_slots_t *slots);


void
ngx_webrtc_slots_init(ngx_webrtc_slots_t *slots, uint32_t max, ngx_log_t *log)
{
    ngx_memzero(slots, sizeof(ngx_webrtc_slots_t));

    slots->log = log;
    slots->max = max;
    slots->free = NGX_WEBRTC_SLOTS_NONE;
}


void
ngx_webrtc_slots_cleanup(ngx_webrtc_slots_t *slots)
{
    if (slots->slots) {
        ngx_free(slots->slots);
    }

    slots->slots = NULL;
    slots->size = 0;
    slots->count = 0;
    slots->free = NGX_WEBRTC_SLOTS_NONE;
}


uint64_t
ngx_webrtc_slots_add(ngx_webrtc_slots_t *slots, void *data)
{
    uint32_t            index;
    ngx_webrtc_slot_t  *slot;

    if (slots->free == NGX_WEBRTC_SLOTS_NONE
        && ngx_webrtc_slots_grow(slots) != NGX_OK)
    {
        return 0;
    }

    index = slots->free;
    slot = &slots->slots[index];

    slots->free = slot->next;
    slots->count++;

    slot->data = data;

    return (uint64_t) slot->generation << 32 | index;
}


void
ngx_webrtc_slots_remove(ngx_webrtc_slots_t *slots, uint64_t id)
{
    ngx_webrtc_slot_t  *slot;

    if (ngx_webrtc_slots_find(slots, id) == NULL) {
        return;
    }

    slot = &slots->slots[(uint32_t) id];

    slot->data = NULL;
    slot->next = slots->free;

    if (++slot->generation == 0) {
        slot->generation = 1;
    }

    slots->free = (uint32_t) id;
    slots->count--;
}


void *
ngx_webrtc_slots_find(ngx_webrtc_slots_t *slots, uint64_t id)
{
    uint32_t            index;
    ngx_webrtc_slot_t  *slot;

    index = (uint32_t) id;

    if (index >= slots->size) {
        return NULL;
    }

    slot = &slots->slots[index];

    if (slot->generation != (uint32_t) (id >> 32)) {
        return NULL;
    }

    return slot->data;
}


void *
ngx_webrtc_slots_next(ngx_webrtc_slots_t *slots, uint32_t *index)
{
    uint32_t  i;

    for (i = *index; i < slots->size; i++) {

        if (slots->slots[i].data) {
            *index = i + 1;
            return slots->slots[i].data;
        }
    }

    *index = i;

    return NULL;
}


static ngx_int_t
ngx_webrtc_slots_grow(ngx_webrtc_slots_t *slots)
{
    uint32_t            i, size;
    ngx_webrtc_slot_t  *grown;

    if (slots->size >= slots->max) {
        return NGX_ERROR;
    }

    size = slots->size ? slots->size : NGX_WEBRTC_SLOTS_FIRST / 2;
    size = (size > slots->max / 2) ? slots->max : size * 2;

    grown = ngx_alloc(size * sizeof(ngx_webrtc_slot_t), slots->log);
    if (grown == NULL) {
        return NGX_ERROR;
    }

    if (slots->slots) {
        ngx_memcpy(grown, slots->slots,
                   slots->size * sizeof(ngx_webrtc_slot_t));
        ngx_free(slots->slots);
    }

    /* the lowest index is taken first */

    for (i = size; i-- > slots->size; /* void */) {
        grown[i].data = NULL;
        grown[i].generation = 1;
        grown[i].next = slots->free;

        slots->free = i;
    }

    slots->slots = grown;
    slots->size = size;

    return NGX_OK;
}
