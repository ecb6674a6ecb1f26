using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chain.Primitives;

namespace Chain.Transfers;

/// <summary>
/// A line of the journal: a transfer that was signed, with its bytes; under the same hash what became of it; or a contact. Its
/// last field is a sum over what is before it.
/// </summary>
internal sealed record JournalLine
{
    private const string SumStart = ",\"check\":\"";
    private const int SumLength = 16;
    private static readonly int TailLength = SumStart.Length + SumLength + 2;

    /// <summary>Counts the lines; a line of a program that knew no book has none.</summary>
    public long? N { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>Of a transfer: what is known of it.</summary>
    public TransferFate? Fate { get; init; }

    public string? Hash { get; init; }

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

    // These where the book repeats a transfer that the journal lost.
    public bool? EndedKnowing { get; init; }

    /// <summary>The number of the line that it was first signed with.</summary>
    public long? Order { get; init; }

    /// <summary>The name of a contact.</summary>
    public string? Contact { get; init; }

    /// <summary>Its address; none where the contact was removed.</summary>
    public string? Address { get; init; }

    /// <summary>Says that what cannot be read before this line is repeated after it.</summary>
    public bool? Repairs { get; init; }

    /// <summary>Whether the line carried a sum, and it was right.</summary>
    [JsonIgnore]
    public bool IsChecked { get; init; }

    public static JournalLine Of(SignedTransfer transfer) => new()
    {
        Time = transfer.SignedAt,
        Fate = transfer.Fate,
        Hash = transfer.Hash.ToString(),
        Detail = transfer.Detail,
        ChainId = transfer.ChainId,
        Genesis = transfer.Genesis?.ToString(),
        From = transfer.From.ToString(),
        Purpose = transfer.Purpose,
        Replaces = transfer.Replaces?.ToString(),
        Node = transfer.Node,
        Raw = Hex.Encode(transfer.Transaction.Encoded.Span),
        EndedKnowing = transfer.EndedKnowing,
    };

    /// <summary>The line with its sum, without a line break.</summary>
    public string ToText()
    {
        var body = JsonSerializer.Serialize(this, JournalJson.Default.JournalLine)[..^1];
        return string.Create(CultureInfo.InvariantCulture, $"{body}{SumStart}{BookSum.Of(Encoding.UTF8.GetBytes(body)):x16}\"}}");
    }

    public static Verdict<JournalLine, string> Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var isChecked = HasSum(bytes, out var isRight);
            if (isChecked && !isRight) return "its bytes are not those that were written";
            if (JsonSerializer.Deserialize(bytes, JournalJson.Default.JournalLine) is not { } line) return "it is no object";
            if (line.N is not null && !isChecked) return "its end is missing";
            var isOne = line.Hash is null ? line.Contact is not null || line.Repairs == true : line.Fate is not null;
            return isOne ? line with { IsChecked = isChecked } : "it is neither a transfer nor a contact";
        }
        catch (JsonException)
        {
            return "it is not JSON";
        }
    }

    /// <summary>The transfer of a first line, its bytes checked against its hash.</summary>
    public Verdict<SignedTransfer, string> ToTransfer()
    {
        try
        {
            var transaction = Transaction.Decode(Primitives.Hex.Decode(Raw ?? ""));
            if (transaction.Hash.ToString() != Hash) return "its bytes do not hash to its hash";
            if (ChainId is not { } chainId || Purpose is not { } purpose) return "a field is missing";
            if (!Primitives.Address.TryParse(From, out var from)) return "its sender is no address";

            // Without a sum, what the signature says is the check.
            var isSigned = IsChecked || ((transaction.ChainId is null || transaction.ChainId == chainId)
                && transaction.Signature.TryRecoverAddress(transaction.Unsigned.SigningHash(), out var signer) && signer == from);
            if (!isSigned) return "its signature is not the sender's for that chain";
            return new SignedTransfer(transaction, from, chainId, ToHash(Genesis), purpose, Time, ToHash(Replaces),
                Node ?? "")
            {
                Fate = Fate ?? TransferFate.Signed,
                EndedKnowing = EndedKnowing,
                Detail = Detail,
            };
        }
        catch (Exception e) when (e is FormatException or RlpException)
        {
            return $"its bytes are no transaction: {e.Message}";
        }
    }

    private static bool HasSum(ReadOnlySpan<byte> bytes, out bool isRight)
    {
        isRight = false;
        if (bytes.Length <= TailLength) return false;
        var tail = Encoding.UTF8.GetString(bytes[^TailLength..]);
        if (!tail.StartsWith(SumStart, StringComparison.Ordinal)) return false;
        isRight = ulong.TryParse(tail.AsSpan(SumStart.Length, Math.Min(SumLength, tail.Length - SumStart.Length)),
            NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum) && sum == BookSum.Of(bytes[..^TailLength]);
        return true;
    }

    private static Hash256? ToHash(string? text) => Hash256.TryParse(text, out var hash) ? hash : null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalJson : JsonSerializerContext;
