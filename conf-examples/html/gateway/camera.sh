#!/bin/sh

# A peer of the gateway that answers every call with a test picture and a
# tone, and every data connection with a UDP port to talk to.
#
#     sh camera.sh [peer [api [page]]]      needs curl and gst-launch-1.0
#
# It calls the page, if one is named.  Ctrl-C deletes the peer.

peer=${1:-camera}
api=${2:-http://127.0.0.1:8000}
page=$3

here=127.0.0.1
listen=60001

post() { curl -sS -d "$2" "$api$1"; }
value() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p"; }

if ! command -v gst-launch-1.0 >/dev/null; then
    echo "gst-launch-1.0 is missing" >&2
    exit 1
fi

made=$(post /peers "{\"key\":\"peerjs\",\"domain\":\"localhost\",
                     \"peer_id\":\"$peer\",\"turn\":false}") || exit 1

token=$(echo "$made" | value token)

if [ -z "$token" ]; then
    echo "$peer could not be made: $made" >&2
    echo "An id that nobody asks about is free after a minute." >&2
    exit 1
fi

trap 'curl -sS -X DELETE "$api/peers/$peer?token=$token"; exit' INT TERM

echo "$peer waits for calls"


# two ports for media, and what shall be said of them

ports() {
    video=$(post /media '{"is_video":true}')
    audio=$(post /media '{"is_video":false}')

    constraints="{
        \"video\": true, \"videoReceiveEnabled\": false,
        \"audio\": true, \"audioReceiveEnabled\": false,
        \"video_params\": { \"band_width\": 1500, \"codec\": \"VP8\",
            \"payload_type\": 96,
            \"media_id\": \"$(echo "$video" | value media_id)\" },
        \"audio_params\": { \"band_width\": 100, \"codec\": \"OPUS\",
            \"payload_type\": 111,
            \"media_id\": \"$(echo "$audio" | value media_id)\" } }"
}


# sends to them until the call is over

stream() {
    gst-launch-1.0 -q \
        videotestsrc is-live=true pattern=ball \
        ! video/x-raw,width=640,height=360,framerate=25/1 \
        ! vp8enc deadline=1 target-bitrate=800000 keyframe-max-dist=100 \
        ! rtpvp8pay pt=96 mtu=1200 \
        ! udpsink host=$(echo "$video" | value ip_v4) \
                  port=$(echo "$video" | value port) \
        audiotestsrc is-live=true volume=0.05 ! audio/x-raw,rate=48000 \
        ! opusenc ! rtpopuspay pt=111 \
        ! udpsink host=$(echo "$audio" | value ip_v4) \
                  port=$(echo "$audio" | value port) &
    sender=$!

    while event=$(curl -sS "$api/media/connections/$1/events"); do
        case $event in
        *'"request timeout"'*)
            ;;

        *'"CLOSE"'* | *'"errors"'*)
            break
            ;;

        *)
            echo "$event"
            ;;
        esac
    done

    kill $sender
    echo "the call is over"
}


answer() {
    ports
    post "/media/connections/$1/answer" "{ \"constraints\": $constraints }"
    echo
    stream "$1"
}


call() {
    ports
    stream "$(post /media/connections "{ \"peer_id\": \"$peer\",
                  \"token\": \"$token\", \"target_id\": \"$1\",
                  \"constraints\": $constraints }" \
              | value media_connection_id)"
}


connect() {
    data=$(post /data '{}')

    curl -sS -X PUT "$api/data/connections/$1" -d "{
        \"feed_params\": { \"data_id\": \"$(echo "$data" | value data_id)\" },
        \"redirect_params\": { \"ip_v4\": \"$here\", \"port\": $listen } }"
    echo
    echo "what the browser says:  nc -u -l -k $listen"
    echo "say something to it:    echo hello | nc -u -q 0" \
         "$(echo "$data" | value ip_v4) $(echo "$data" | value port)"
}


if [ -n "$page" ]; then
    call "$page" &
fi

while event=$(curl -sS "$api/peers/$peer/events?token=$token"); do
    case $event in
    *'"CALL"'*)
        echo "$event"
        answer "$(echo "$event" | value media_connection_id)" &
        ;;

    *'"CONNECTION"'*)
        echo "$event"
        connect "$(echo "$event" | value data_connection_id)"
        ;;

    *'"CLOSE"'*)
        exit
        ;;

    *'"request timeout"'*)
        ;;

    *'"errors"'*)
        echo "$event" >&2
        exit 1
        ;;
    esac
done
