using System.Globalization;
using System.Text;

namespace Chain.Rpc;

/// <summary>Metrics in the text format of Prometheus, version 0.0.4.</summary>
public sealed class MetricsText
{
    private readonly StringBuilder _text = new(4096);

    /// <summary>A gauge with one sample.</summary>
    public void Gauge(string name, string help, double value)
    {
        Head(name, "gauge", help);
        Sample(name, "", value);
    }

    /// <summary>What a metric is, before its samples.</summary>
    /// <param name="type">"gauge" or "counter".</param>
    public void Head(string name, string type, string help) =>
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    /// <param name="labels">As {name="value"}; empty for none.</param>
    public void Sample(string name, string labels, double value) =>
        _text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());
}
