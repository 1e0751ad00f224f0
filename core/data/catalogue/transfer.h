// One HTTP exchange over libcurl, without following redirects or trying again; for download.cpp only.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/progress.h"

namespace tastebench {

struct HttpRequest {
    std::string url;
    std::uint64_t from = 0; ///< the first byte wanted
    std::string validator;  ///< with `from`: an ETag or date; another file is sent whole
    std::chrono::milliseconds connect_timeout{}, stall_timeout{};
    std::uint64_t stall_bytes = 0;
};

struct HttpHead {
    long status = 0;
    std::optional<std::uint64_t> length; ///< of this body
    std::string validator;               ///< strong ETag, else Last-Modified; empty: none
    std::string content_range;           ///< "bytes 100-199/200"
    std::string location;                ///< of a redirect, absolute
    std::chrono::seconds retry_after{};
};

struct TransferFault {
    Error error;
    bool passing = false; ///< trying again may help
};

/// What becomes of the answer; an error ends the exchange.
struct HttpSink {
    std::function<Result<bool>(const HttpHead&)> head; ///< once, before the body; false: the body is not wanted
    std::function<Status(const char* data, std::size_t bytes)> body;
};

/// Asks for cancel at least every 0.1 s.
tl::expected<HttpHead, TransferFault> exchange(const HttpRequest& request, const HttpSink& sink,
                                               const Progress& progress);

/// Whether a redirect may be followed: to http or https only, and never from https to http.
Status check_redirect(const std::string& from, const std::string& to);

std::string host_of(const std::string& url); ///< "files.grouplens.org"; empty if it is no http(s) address
bool is_secure(const std::string& url);      ///< https

} // namespace tastebench
