
# Copyright (C) ngx_webrtc_module contributors
#
# "make help" lists the targets.  Everything that is made goes to build/.


# release, debug or sanitize (AddressSanitizer and UndefinedBehaviorSanitizer)

BUILD ?=		release

# a full source tree of nginx, for "make static"; without it the module is
# built against the headers of Debian's nginx-dev; the last one is remembered

NGINX_SOURCE_DIR ?=	$(shell cat build/source-dir 2>/dev/null)

NGINX_BINARY ?=		/usr/sbin/nginx
NGINX_DEV_DIR ?=	/usr/share/nginx/src
NGINX_STREAM_MODULE ?=	/usr/lib/nginx/modules/ngx_stream_module.so
NODE_TEST_FLAGS ?=	--test-concurrency=1


SHELL =			/bin/bash
.SHELLFLAGS =		-e -o pipefail -c
.DEFAULT_GOAL =		module
.DELETE_ON_ERROR:
MAKEFLAGS +=		--no-builtin-rules

TOP :=			$(abspath $(dir $(lastword $(MAKEFILE_LIST))))
OUT :=			$(TOP)/build
JOBS :=			$(shell nproc 2>/dev/null || echo 2)

# lets "make" use every core without being told

ifeq ($(filter -j%,$(MAKEFLAGS)),)
SUBMAKE =		$(MAKE) -j$(JOBS)
else
SUBMAKE =		$(MAKE)
endif

MODULE =		$(OUT)/$(BUILD)/ngx_webrtc_module.so
STATIC =		$(OUT)/static-$(BUILD)/nginx
RUN =			$(OUT)/run

CC_OPT_release =	-O2 -g
CC_OPT_debug =		-O0 -g
CC_OPT_sanitize =	-O1 -g -fno-omit-frame-pointer -fsanitize=address
LD_OPT_sanitize =	-fsanitize=address,undefined

# nginx itself is not clean under UBSan: ours alone is compiled with it, and
# every palloc() of the pools becomes a malloc() that ASan watches

OWN_OPT_sanitize =	-fsanitize=undefined -fno-sanitize-recover=undefined
CC_OPT_sanitize +=	-DNGX_DEBUG_PALLOC=1

# two that make at once in one tree take turns

LOCK =			flock $(OUT)/lock

ifeq ($(filter $(BUILD),release debug sanitize),)
$(error BUILD=$(BUILD): must be release, debug or sanitize)
endif


BUILD_PACKAGES =	build-essential pkg-config nginx libnginx-mod-stream \
			nginx-dev libnice-dev libusrsctp-dev \
			libssl-dev libjansson-dev libwslay-dev zlib1g-dev

# faster SRTP, where it is packaged

ifeq ($(shell dpkg --print-architecture 2>/dev/null),amd64)
BUILD_PACKAGES +=	libipsec-mb-dev
endif

UNIT_PACKAGES =		libcmocka-dev libsrtp2-dev
QUICK_PACKAGES =	$(UNIT_PACKAGES) valgrind
TEST_PACKAGES =		$(QUICK_PACKAGES) chromium iproute2 nftables coturn curl \
			ca-certificates \
			ffmpeg gstreamer1.0-tools gstreamer1.0-plugins-base \
			gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly

# what the benchmarks compare with; each may be missing

BENCH_PACKAGES =	janus wrk libnginx-mod-nchan dpkg-dev


.PHONY: help module module-build run test test-sanitize check unit \
	unit-programs fuzz fuzz-programs api browser spread static \
	static-build clean \
	bench bench-docs bench-programs bench-quick bench-quick-record \
	bench-quick-program bench-profile deps unit-deps quick-deps test-deps \
	bench-deps npm FORCE


help:
	@echo "make [module]      build build/$(BUILD)/ngx_webrtc_module.so"
	@echo "make run           install what is missing, build, start nginx"
	@echo "make test          install what is missing, run every test"
	@echo "make check         our own lint: rooms, columns, directives"
	@echo "make unit          C unit tests (no nginx), under ASan and UBSan"
	@echo "make fuzz          the files of t/fuzz/corpus through the parsers"
	@echo "make api           tests against nginx without a browser"
	@echo "make browser       tests against nginx with Chromium"
	@echo "make spread        some of both, channels over several workers"
	@echo "make bench         benchmarks beside the raw limit and other" \
	      "servers: docs/performance.md"
	@echo "make bench-deps    installs those other servers"
	@echo "make bench-docs    the last benchmarks into docs/performance.md"
	@echo "make bench-programs" \
	      "what the benchmarks are made with, into build/bench/"
	@echo "make bench-quick   instructions per forwarded packet, against" \
	      "the record"
	@echo "make bench-profile CASE=gcm-50-10" \
	      "  where the instructions of a case go"
	@echo "make static        nginx with the module linked in," \
	      "build/static-$(BUILD)/nginx"
	@echo "make test-sanitize api and browser tests against a sanitized nginx"
	@echo "make clean         remove build/"
	@echo
	@echo "BUILD=release|debug|sanitize"
	@echo "NGINX_SOURCE_DIR=  full source tree of nginx (static)," \
	      "for example from: apt-get source nginx"
	@echo "UNIT=              names of unit tests (unit)," \
	      "for example UNIT='hash text'"
	@echo "BENCH_ROWS= BENCH_ROUNDS= BENCH_DURATION=" \
	      "parts of bench, 5 rounds, 5 seconds"
	@echo "TESTS=             files (api, browser, spread)," \
	      "for example TESTS=t/api/config.test.js"


# what the machine must have

deps:
	@t/lib/packages $(BUILD_PACKAGES)

unit-deps:
	@t/lib/packages $(BUILD_PACKAGES) $(UNIT_PACKAGES)

quick-deps:
	@t/lib/packages $(BUILD_PACKAGES) $(QUICK_PACKAGES)
	@t/lib/packages --node

test-deps:
	@t/lib/packages $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@t/lib/packages --node

bench-deps: test-deps
	@t/lib/packages $(BENCH_PACKAGES)
	@t/bench/libsrtp2_openssl.sh

$(OUT):
	@mkdir -p $@

NPM_STAMP =		$(TOP)/t/node_modules/.ngx_webrtc_npm

npm: $(NPM_STAMP)

$(NPM_STAMP): $(TOP)/t/package.json $(TOP)/t/package-lock.json | test-deps
	@echo "installing the packages of t/package-lock.json"
	@cd $(TOP)/t && npm ci --no-audit --no-fund --loglevel=error
	@touch $@


# the module, against an installed nginx

# files whose content says what a configuration stands on; they change only
# with it, so that nothing is configured twice

$(OUT)/headers: FORCE | $(OUT)
	@{ find $(TOP)/src -name '*.h' | LC_ALL=C sort; } >$@.new; \
	 cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(OUT)/nginx-version: FORCE | $(OUT)
	@{ $(NGINX_BINARY) -v 2>&1 || true; \
	   dpkg-query -W -f '$${Package} $${Version}\n' nginx-dev || true; \
	   dpkg-query -W -f '$${Package} $${Version}\n' libipsec-mb-dev \
	   || true; \
	   cat $(NGINX_DEV_DIR)/conf_flags || true; } >$@.new 2>/dev/null; \
	 cmp -s $@.new $@ && rm $@.new || mv $@.new $@

module: | $(OUT)
	@if [ $(BUILD) = sanitize ]; then \
	     echo "BUILD=sanitize needs an nginx that is built with the" \
	          "sanitizers too: make static" >&2; exit 1; fi
	@$(LOCK) $(MAKE) --no-print-directory module-build

module-build: $(OUT)/$(BUILD)/objs/Makefile
	@$(SUBMAKE) --no-print-directory -s -C $(OUT)/$(BUILD)/tree \
	    -f $(OUT)/$(BUILD)/objs/Makefile \
	    $(OUT)/$(BUILD)/objs/ngx_webrtc_module.so
	@cmp -s $(OUT)/$(BUILD)/objs/ngx_webrtc_module.so $(MODULE) \
	 || { cp $(OUT)/$(BUILD)/objs/ngx_webrtc_module.so $(MODULE).new; \
	      mv $(MODULE).new $(MODULE); \
	      echo "built $(MODULE:$(TOP)/%=%)"; }

# ./configure writes a Makefile next to itself: it gets a directory of ours,
# with links to nginx's, so that root is not needed

$(OUT)/$(BUILD)/objs/Makefile: config src/sources $(OUT)/headers \
    $(OUT)/nginx-version
	@[ -x $(NGINX_DEV_DIR)/configure ] \
	 || { echo "no $(NGINX_DEV_DIR)/configure: install Debian's nginx-dev" \
	      "(make deps does it)" >&2; exit 1; }
	@rm -rf $(OUT)/$(BUILD)/tree
	@mkdir -p $(OUT)/$(BUILD)/tree
	@ln -s $(NGINX_DEV_DIR)/* $(OUT)/$(BUILD)/tree/
	@echo "configuring for the installed nginx"
	@. $(NGINX_DEV_DIR)/conf_flags; \
	 cd $(OUT)/$(BUILD)/tree; \
	 ./configure "$${NGX_CONF_FLAGS[@]}" --with-stream=dynamic \
	     --with-cc-opt="$(CC_OPT_$(BUILD))" \
	     --with-ld-opt="-Wl,-z,relro -Wl,-z,now $(LD_OPT_$(BUILD))" \
	     --add-dynamic-module=$(TOP) --builddir=$(OUT)/$(BUILD)/objs \
	     >$(OUT)/$(BUILD)/configure.log 2>&1 \
	 || { tail -n 20 $(OUT)/$(BUILD)/configure.log >&2; exit 1; }


# nginx with the module linked in

static: | $(OUT)
	@$(LOCK) $(MAKE) --no-print-directory static-build

static-build: $(OUT)/static-$(BUILD)/objs/Makefile
	@$(SUBMAKE) --no-print-directory -s -C $(OUT)/static-$(BUILD)/tree \
	    -f $(OUT)/static-$(BUILD)/objs/Makefile \
	    $(OUT)/static-$(BUILD)/objs/nginx
	@cmp -s $(OUT)/static-$(BUILD)/objs/nginx $(STATIC) \
	 || { cp $(OUT)/static-$(BUILD)/objs/nginx $(STATIC).new; \
	      mv $(STATIC).new $(STATIC); echo "built $(STATIC:$(TOP)/%=%)"; }

$(OUT)/source-dir: FORCE | $(OUT)
	@[ -n "$(NGINX_SOURCE_DIR)" ] \
	 || { echo "NGINX_SOURCE_DIR= is not set: it must be a full source" \
	      "tree of nginx, for example" \
	      "the one that 'apt-get source nginx' unpacks" >&2; exit 1; }
	@[ -x "$(NGINX_SOURCE_DIR)/configure" ] \
	 || { echo "NGINX_SOURCE_DIR=$(NGINX_SOURCE_DIR): no configure there" \
	      >&2; exit 1; }
	@echo "$(abspath $(NGINX_SOURCE_DIR))" >$@.new; \
	 cmp -s $@.new $@ && rm $@.new || mv $@.new $@

STATIC_FLAGS =		--with-debug --with-threads --with-stream \
			--with-stream_ssl_module --with-stream_realip_module \
			--with-http_ssl_module --with-http_v2_module \
			--with-http_realip_module --with-http_stub_status_module \
			--with-http_auth_request_module

$(OUT)/static-$(BUILD)/objs/Makefile: config src/sources $(OUT)/headers \
    $(OUT)/source-dir
	@rm -rf $(OUT)/static-$(BUILD)
	@mkdir -p $(OUT)/static-$(BUILD)/tree
	@ln -s $(abspath $(NGINX_SOURCE_DIR))/* $(OUT)/static-$(BUILD)/tree/
	@rm -f $(OUT)/static-$(BUILD)/tree/{Makefile,objs}
	@echo "configuring $(NGINX_SOURCE_DIR) ($(BUILD))"
	@cd $(OUT)/static-$(BUILD)/tree; \
	 ./configure $(STATIC_FLAGS) \
	     --with-cc-opt="$(CC_OPT_$(BUILD))" \
	     --with-ld-opt="$(LD_OPT_$(BUILD))" \
	     --add-module=$(TOP) --builddir=$(OUT)/static-$(BUILD)/objs \
	     >$(OUT)/static-$(BUILD)/configure.log 2>&1 \
	 || { tail -n 20 $(OUT)/static-$(BUILD)/configure.log >&2; exit 1; }
	@echo '$(OUT)/static-$(BUILD)/objs/addon/%.o:' \
	      'CFLAGS += $(OWN_OPT_$(BUILD))' >>$@


# nginx in the foreground under a prefix of its own

run: deps
	@$(MAKE) --no-print-directory module
	@mkdir -p $(RUN)/logs $(RUN)/modules $(RUN)/temp
	@ln -sfn $(TOP)/conf-examples/html $(RUN)/html
	@ln -sf $(MODULE) $(NGINX_STREAM_MODULE) $(RUN)/modules/
	@t/lib/run $(NGINX_BINARY) $(RUN) $(TOP)/conf-examples/quickstart.conf


# unit tests

UNIT_FLAGS :=		-std=gnu99 -g -O1 -fno-omit-frame-pointer -Wall -Wextra \
			-Werror -fsanitize=address,undefined \
			-fno-sanitize-recover=undefined \
			-DNGX_WEBRTC_STANDALONE -I$(TOP)/src \
			$(shell pkg-config --cflags-only-I nice 2>/dev/null \
			        | sed 's/-I/-isystem /g')

PURE :=			$(shell . $(TOP)/src/sources; echo $$WEBRTC_PURE)
LIBS :=			$(shell . $(TOP)/src/sources; echo $$WEBRTC_LIBS)
PURE_OBJS =		$(PURE:%.c=$(OUT)/unit/src/%.o)

IPSEC_MB :=		$(wildcard /usr/include/intel-ipsec-mb.h)
ifneq ($(IPSEC_MB),)
UNIT_FLAGS +=		-DNGX_WEBRTC_HAVE_IPSEC_MB=1
LIBS +=			-lIPSec_MB
endif

UNIT_SRCS :=		$(wildcard $(TOP)/t/unit/*_test.c)
ifneq ($(UNIT),)
UNIT_SRCS :=		$(UNIT:%=$(TOP)/t/unit/%_test.c)
endif
UNIT_PROGRAMS =		$(UNIT_SRCS:$(TOP)/t/unit/%.c=$(OUT)/unit/%)

# what compiles is run even when something else does not

unit: unit-deps | $(OUT)
	@for name in $(UNIT); do \
	     [ -f t/unit/$${name}_test.c ] \
	     || { echo "UNIT=$$name: no such test, there is no" \
	               "t/unit/$${name}_test.c" >&2; exit 1; }; done
	@rc=0; $(LOCK) $(SUBMAKE) --no-print-directory -s -k unit-programs || rc=$$?; \
	 t/lib/unit $$rc $(UNIT_PROGRAMS)

unit-programs: $(UNIT_PROGRAMS)

$(OUT)/unit/src/%.o: $(TOP)/src/%.c
	@mkdir -p $(@D)
	$(CC) $(UNIT_FLAGS) -MMD -MP -c -o $@ $<

# it can come after what was compiled without it

$(OUT)/ipsec-mb: FORCE | $(OUT)
	@echo "$(IPSEC_MB)" >$@.new; \
	 cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(OUT)/unit/srtp_mb_test \
$(filter $(OUT)/unit/src/crypto/%,$(PURE_OBJS)): $(OUT)/ipsec-mb

$(OUT)/unit/libwebrtc.a: $(PURE_OBJS) src/sources
	rm -f $@
	$(AR) rcs $@ $(PURE_OBJS)

$(OUT)/unit/%_test: $(TOP)/t/unit/%_test.c $(OUT)/unit/libwebrtc.a
	@rm -f $@
	$(CC) $(UNIT_FLAGS) -I$(TOP)/t/unit -MMD -MP -MF $@.d -o $@ $< \
	    $(OUT)/unit/libwebrtc.a -lcmocka -lsrtp2 $(LIBS) -lm

-include $(PURE_OBJS:.o=.d) $(UNIT_PROGRAMS:%=%.d)


# fuzz targets, with a main() that replays files

FUZZ_PROGRAMS :=	$(patsubst $(TOP)/t/fuzz/%.c,$(OUT)/fuzz/%,$(wildcard \
				$(TOP)/t/fuzz/*_fuzz.c))

fuzz: unit-deps | $(OUT)
	@rc=0; $(LOCK) $(SUBMAKE) --no-print-directory -s -k fuzz-programs || rc=$$?; \
	 t/lib/fuzz $$rc $(FUZZ_PROGRAMS)

fuzz-programs: $(FUZZ_PROGRAMS)

$(OUT)/fuzz/%_fuzz: $(TOP)/t/fuzz/%_fuzz.c $(TOP)/t/fuzz/main.c \
    $(OUT)/unit/libwebrtc.a
	@rm -f $@
	@mkdir -p $(@D)
	$(CC) $(UNIT_FLAGS) -o $@ $< $(TOP)/t/fuzz/main.c \
	    $(OUT)/unit/libwebrtc.a -lsrtp2 $(LIBS) -lm


# the packet path under callgrind, optimized as the module is

BENCH_FLAGS :=		-std=gnu99 $(CC_OPT_release) -Wall -Wextra -Werror \
			-DNGX_WEBRTC_STANDALONE -I$(TOP)/src \
			$(if $(IPSEC_MB),-DNGX_WEBRTC_HAVE_IPSEC_MB=1) \
			$(shell pkg-config --cflags-only-I nice 2>/dev/null \
			        | sed 's/-I/-isystem /g')
BENCH_OBJS :=		$(patsubst %.c,$(OUT)/bench/src/%.o,$(filter core/% \
				proto/% crypto/% peer/% media/%,$(PURE)))

QUICK =			$(OUT)/bench/bench_quick
QUICK_DIR =		$(OUT)/bench/quick

bench-quick bench-quick-record: quick-deps | $(OUT)
	@$(LOCK) $(SUBMAKE) --no-print-directory -s bench-quick-program
	@node t/bench/quick/quick.js $(QUICK) $(QUICK_DIR) \
	    $(if $(filter %-record,$@),--record)

bench-profile: quick-deps | $(OUT)
	@$(LOCK) $(SUBMAKE) --no-print-directory -s bench-quick-program
	@node t/bench/quick/quick.js $(QUICK) $(QUICK_DIR) --profile $(CASE)

bench-quick-program: $(QUICK)

$(OUT)/bench/src/%.o: $(TOP)/src/%.c
	@mkdir -p $(@D)
	$(CC) $(BENCH_FLAGS) -MMD -MP -c -o $@ $<

$(OUT)/bench/libwebrtc.a: $(BENCH_OBJS) src/sources
	rm -f $@
	$(AR) rcs $@ $(BENCH_OBJS)

$(QUICK) $(filter $(OUT)/bench/src/crypto/%,$(BENCH_OBJS)): $(OUT)/ipsec-mb

$(QUICK): $(TOP)/t/bench/quick/quick.c $(OUT)/bench/libwebrtc.a
	$(CC) $(BENCH_FLAGS) -I$(TOP)/t/unit -MMD -MP -MF $@.d -o $@ $< \
	    $(OUT)/bench/libwebrtc.a -lcmocka $(LIBS) -lm

-include $(BENCH_OBJS:.o=.d) $(QUICK).d


# the load tool of the benchmarks

LOAD_OBJS :=		$(patsubst $(TOP)/t/bench/load/%.c,\
				$(OUT)/bench/load/%.o,\
				$(wildcard $(TOP)/t/bench/load/*.c))

BENCH_PROGRAMS =	$(addprefix $(OUT)/bench/,webrtc_load \
				raw_forwarder crypto_bench dtls_bench \
				relay_bench http_load steal)

bench-programs: unit-deps | $(OUT)
	@$(LOCK) $(SUBMAKE) --no-print-directory -s $(BENCH_PROGRAMS)

$(OUT)/bench/load/%.o: $(TOP)/t/bench/load/%.c
	@mkdir -p $(@D)
	$(CC) $(BENCH_FLAGS) -MMD -MP -c -o $@ $<

$(OUT)/bench/webrtc_load: $(OUT)/ipsec-mb

$(OUT)/bench/webrtc_load: $(LOAD_OBJS) $(OUT)/bench/libwebrtc.a
	$(CC) $(BENCH_FLAGS) -o $@ $(LOAD_OBJS) $(OUT)/bench/libwebrtc.a \
	    $(LIBS) -lm

-include $(LOAD_OBJS:.o=.d)

$(OUT)/bench/dtls_bench: $(TOP)/t/bench/dtls_bench.c $(OUT)/bench/libwebrtc.a
	$(CC) $(BENCH_FLAGS) -MMD -MP -MF $@.d -o $@ $< \
	    $(OUT)/bench/libwebrtc.a $(LIBS)

$(OUT)/bench/relay_bench: $(TOP)/t/bench/relay_bench.c \
    $(OUT)/bench/libwebrtc.a
	$(CC) $(BENCH_FLAGS) -MMD -MP -MF $@.d -o $@ $< \
	    $(OUT)/bench/libwebrtc.a $(LIBS)

$(OUT)/bench/steal: $(TOP)/t/bench/steal.c
	$(CC) $(BENCH_FLAGS) -o $@ $<

HTTP_LOAD_OBJS =	$(addprefix $(OUT)/bench/load/,load_histogram.o \
				load_http.o load_loop.o load_net.o)

$(OUT)/bench/http_load: $(TOP)/t/bench/http_load.c $(HTTP_LOAD_OBJS) \
    $(OUT)/bench/libwebrtc.a
	$(CC) $(BENCH_FLAGS) -MMD -MP -MF $@.d -o $@ $< $(HTTP_LOAD_OBJS) \
	    $(OUT)/bench/libwebrtc.a $(LIBS) -lm

-include $(addprefix $(OUT)/bench/,dtls_bench.d relay_bench.d http_load.d)


# the raw forwarder, their measure

RAW_OBJS :=		$(patsubst $(TOP)/t/bench/raw/%.c,\
				$(OUT)/bench/raw/%.o,\
				$(wildcard $(TOP)/t/bench/raw/*.c))

$(OUT)/bench/raw/%.o: $(TOP)/t/bench/raw/%.c
	@mkdir -p $(@D)
	$(CC) $(BENCH_FLAGS) -MMD -MP -c -o $@ $<

$(OUT)/bench/raw/raw_main.o: $(OUT)/ipsec-mb

$(OUT)/bench/raw_forwarder: $(RAW_OBJS) $(OUT)/bench/libwebrtc.a
	$(CC) $(BENCH_FLAGS) -o $@ $(RAW_OBJS) $(OUT)/bench/libwebrtc.a \
	    $(LIBS) -lm

-include $(RAW_OBJS:.o=.d)

$(OUT)/bench/crypto_bench: $(TOP)/t/bench/crypto_bench.c \
    $(OUT)/bench/libwebrtc.a
	$(CC) $(BENCH_FLAGS) -o $@ $< $(OUT)/bench/libwebrtc.a -lsrtp2 \
	    $(LIBS) -lm


# benchmarks

bench: npm module bench-programs
	@$(NODE_ENV) node t/bench/bench.js

bench-docs: npm
	@node t/bench/bench.js --docs


# tests against a running nginx

NODE_ENV =		NGX_WEBRTC_MODULE=$(MODULE) \
			NGX_STREAM_MODULE=$(NGINX_STREAM_MODULE) \
			NGINX_BINARY=$(NGINX_BINARY)
NODE_BUILD =		module

ifeq ($(BUILD),sanitize)
NODE_ENV =		NGX_WEBRTC_STATIC=1 NGINX_BINARY=$(STATIC)
NODE_BUILD =		static
endif

# one of the tests, which is among them unless others are named, runs it

api: $(if $(TESTS),$(if $(findstring api/load,$(TESTS)),bench-programs),\
	bench-programs)

api browser: test-deps npm $(NODE_BUILD)
	@$(NODE_ENV) t/lib/node-test $@ $(NODE_TEST_FLAGS) -- $(TESTS)

# tests of calls once more, with each channel over several workers

SPREAD_TESTS ?=		$(addprefix $(TOP)/t/, \
				api/transport.test.js api/simulcast.test.js \
				api/spotlight.test.js api/datachannel.test.js \
				browser/call.test.js \
				browser/datachannel.test.js)

spread: test-deps npm $(NODE_BUILD)
	@$(NODE_ENV) NGX_TEST_SPREAD=1 t/lib/node-test $@ $(NODE_TEST_FLAGS) \
	    -- $(or $(TESTS),$(SPREAD_TESTS))

check:
	@t/lib/check


# all of it; the last line is the sum

test: test-deps
	@MAKE="$(MAKE)" t/lib/test check unit fuzz bench-quick api browser \
	    spread

test-sanitize: test-deps
	@MAKE="$(MAKE) BUILD=sanitize" t/lib/test api browser

clean:
	rm -rf $(OUT)
