#include "server/ops/metrics.hpp"

#include "common/base/assert.hpp"

#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>

namespace earshot::ops {
namespace {

constexpr const char* kPrefix = "earshot_";

class RegisteredDistribution final : public Metrics::Distribution {
public:
    RegisteredDistribution(prometheus::Registry& registry,
                           const std::string& name,
                           const std::string& help,
                           const std::vector<double>& bounds)
        : histogram_(prometheus::BuildHistogram()
                         .Name(kPrefix + name)
                         .Help(help)
                         .Register(registry)
                         .Add({}, bounds)) {}
    void observe(double value) override { histogram_.Observe(value); }

private:
    prometheus::Histogram& histogram_;
};

}  // namespace

struct Metrics::Snapshot::Families {
    std::vector<prometheus::MetricFamily> all;

    prometheus::ClientMetric& add(std::string_view name,
                                  std::string_view help,
                                  prometheus::MetricType type,
                                  const Labels& labels) {
        const std::string full = kPrefix + std::string(name);
        auto found = std::find_if(all.begin(), all.end(),
                                  [&](const auto& family) { return family.name == full; });
        if (found == all.end()) {
            all.push_back({full, std::string(help), type, {}});
            found = std::prev(all.end());
        }
        EARSHOT_ASSERT(found->type == type);
        prometheus::ClientMetric metric;
        for (const auto& [label, value] : labels) metric.label.push_back({label, value});
        found->metric.push_back(std::move(metric));
        return found->metric.back();
    }
};

void Metrics::Snapshot::counter(std::string_view name,
                                std::string_view help,
                                double value,
                                const Labels& labels) {
    families_.add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void Metrics::Snapshot::gauge(std::string_view name,
                              std::string_view help,
                              double value,
                              const Labels& labels) {
    families_.add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

struct Metrics::Parts {
    prometheus::Registry registry;
    std::vector<std::unique_ptr<Distribution>> distributions;
    std::vector<Collect> collectors;
};

Metrics::Metrics() : parts_(std::make_unique<Parts>()) {}
Metrics::~Metrics() = default;

void Metrics::on_read(Collect collect) {
    parts_->collectors.push_back(std::move(collect));
}

Metrics::Distribution& Metrics::distribution(const std::string& name,
                                             const std::string& help,
                                             const std::vector<double>& bounds) {
    parts_->distributions.push_back(
        std::make_unique<RegisteredDistribution>(parts_->registry, name, help, bounds));
    return *parts_->distributions.back();
}

std::string Metrics::text() const {
    Snapshot::Families families;
    Snapshot snapshot(families);
    for (const Collect& collect : parts_->collectors) collect(snapshot);
    auto kept = parts_->registry.Collect();
    std::move(kept.begin(), kept.end(), std::back_inserter(families.all));
    return prometheus::TextSerializer().Serialize(families.all);
}

}  // namespace earshot::ops
