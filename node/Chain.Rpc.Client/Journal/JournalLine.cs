using System.Text.Json;
using System.Text.Json.Serialization;
using Chain.Primitives;

namespace Chain.Rpc.Client;

/// <summary>
/// A line of the journal file: a transfer that was signed, with its bytes, or under the same hash what became of it.
/// </summary>
internal sealed record JournalLine
{
    public required DateTimeOffset Time { get; init; }

    public required TransferFate Fate { get; init; }

    public required string Hash { get; init; }

    /// <summary>In words, what the fate was taken from.</summary>
    public string? Detail { get; init; }

    /// <summary>Whether another command than the one that signed found this out.</summary>
    public bool? Later { get; init; }

    // These on the first line of a transfer only.
    public ulong? ChainId { get; init; }

    public string? Genesis { get; init; }

    public string? From { get; init; }

    public TransferPurpose? Purpose { get; init; }

    public string? Replaces { get; init; }

    public string? Node { get; init; }

    public string? Raw { get; init; }

    public static JournalLine Of(JournaledTransfer transfer) => new()
    {
        Time = transfer.SignedAt,
        Fate = TransferFate.Signed,
        Hash = transfer.Hash.ToString(),
        ChainId = transfer.ChainId,
        Genesis = transfer.Genesis?.ToString(),
        From = transfer.From.ToString(),
        Purpose = transfer.Purpose,
        Replaces = transfer.Replaces?.ToString(),
        Node = transfer.Node,
        Raw = Hex.Encode(transfer.Transaction.Encoded.Span),
    };

    public string ToJson() => JsonSerializer.Serialize(this, JournalJson.Default.JournalLine);

    public static Verdict<JournalLine, string> Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, JournalJson.Default.JournalLine) is { Hash: not null } line ? line
                : "it is no object";
        }
        catch (JsonException e)
        {
            return e.Message;
        }
    }

    /// <summary>The transfer of a first line, its bytes checked against its hash.</summary>
    public Verdict<JournaledTransfer, string> ToTransfer()
    {
        try
        {
            var transaction = Transaction.Decode(Primitives.Hex.Decode(Raw ?? ""));
            if (transaction.Hash.ToString() != Hash) return "its bytes do not hash to its hash";
            if (ChainId is not { } chainId || Purpose is not { } purpose) return "a field is missing";
            if (!Address.TryParse(From, out var from)) return "its sender is no address";
            return new JournaledTransfer(transaction, from, chainId, ToHash(Genesis), purpose, Time, ToHash(Replaces),
                Node ?? "");
        }
        catch (Exception e) when (e is FormatException or RlpException)
        {
            return $"its bytes are no transaction: {e.Message}";
        }
    }

    private static Hash256? ToHash(string? text) => Hash256.TryParse(text, out var hash) ? hash : null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalJson : JsonSerializerContext;
