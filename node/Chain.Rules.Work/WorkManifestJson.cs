using System.Text.Json.Serialization;

namespace Chain.Rules.Work;

[JsonSerializable(typeof(ulong))]
[JsonSerializable(typeof(double))]
internal sealed partial class WorkManifestJson : JsonSerializerContext;
