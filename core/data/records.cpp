#include "core/data/records.h"

#include <algorithm>

namespace tastebench {

std::string Field::text() const {
    if (!doubled)
        return std::string(raw);
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        out += raw[i];
        if (raw[i] == '"')
            ++i;
    }
    return out;
}

bool RecordReader::quoted_field(std::vector<Field>& fields, bool& ended) {
    const std::size_t start = ++at_;
    bool doubled = false;
    while (true) {
        const auto quote = content_.find('"', at_);
        if (quote == std::string_view::npos) {
            fault_ = "a quote is opened and never closed";
            return false;
        }
        if (quote + 1 < content_.size() && content_[quote + 1] == '"') {
            doubled = true;
            at_ = quote + 2;
            continue;
        }
        fields.push_back({content_.substr(start, quote - start), doubled});
        at_ = quote + 1;
        break;
    }
    if (at_ < content_.size() && content_[at_] == '\r')
        ++at_;
    if (at_ >= content_.size() || content_[at_] == '\n') {
        at_ = std::min(at_ + 1, content_.size());
        ended = true;
        return true;
    }
    if (content_[at_] != separator_) {
        fault_ = "there is text after a closing quote";
        return false;
    }
    ++at_;
    return true;
}

void RecordReader::skip_line() {
    at_ = std::min(content_.find('\n', record_), content_.size());
    fault_.clear();
}

bool RecordReader::next(std::vector<Field>& fields) {
    while (at_ < content_.size() &&
           (content_[at_] == '\n' || (content_[at_] == '\r' && at_ + 1 < content_.size() && content_[at_ + 1] == '\n')))
        ++at_;
    fields.clear();
    record_ = at_;
    if (at_ >= content_.size())
        return false;
    if (!quotes_) {
        const auto end = std::min(content_.find('\n', at_), content_.size());
        auto line = content_.substr(at_, end - at_);
        at_ = std::min(end + 1, content_.size());
        if (!line.empty() && line.back() == '\r')
            line.remove_suffix(1);
        while (true) {
            const auto cut = line.find(separator_);
            fields.push_back({line.substr(0, cut), false});
            if (cut == std::string_view::npos)
                return true;
            line.remove_prefix(cut + 1);
        }
    }
    bool ended = false;
    while (!ended) {
        field_ = fields.size() + 1;
        if (at_ < content_.size() && content_[at_] == '"') {
            if (!quoted_field(fields, ended))
                return false;
            continue;
        }
        const auto start = at_;
        while (at_ < content_.size() && content_[at_] != separator_ && content_[at_] != '\n')
            ++at_;
        auto text = content_.substr(start, at_ - start);
        ended = at_ >= content_.size() || content_[at_] == '\n';
        if (ended && !text.empty() && text.back() == '\r')
            text.remove_suffix(1);
        fields.push_back({text, false});
        at_ = std::min(at_ + 1, content_.size());
    }
    return true;
}

} // namespace tastebench
