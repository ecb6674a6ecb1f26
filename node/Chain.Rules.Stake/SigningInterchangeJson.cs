using System.Globalization;
using System.Text.Json;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Rules.Stake;

/// <summary>EIP-3076's JSON: version 5, whole numbers as decimal strings, bytes as 0x hex, signing roots optional.</summary>
public static class SigningInterchangeJson
{
    private const string Version = "5";

    /// <summary>Reads a whole file. Unknown fields are passed over.</summary>
    /// <exception cref="SigningInterchangeException">It is no JSON, or a field is missing or not what it should be.</exception>
    public static SigningInterchange Read(Stream stream)
    {
        try
        {
            using var document = JsonDocument.Parse(stream);
            var root = new Field("the document", document.RootElement);
            var metadata = root.Required("metadata");
            var version = metadata.Required("interchange_format_version").Text();
            if (version != Version)
                throw metadata.Required("interchange_format_version")
                    .Wrong($"must be \"{Version}\", the only version that is read");
            return new SigningInterchange(metadata.Required("genesis_validators_root").Hash(),
                [.. root.Required("data").Items().Select(ReadKey)]);
        }
        catch (JsonException problem)
        {
            throw new SigningInterchangeException($"This is no interchange file: {problem.Message}", problem);
        }
    }

    public static void Write(SigningInterchange interchange, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(interchange);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata"u8);
        json.WriteString("interchange_format_version"u8, Version);
        json.WriteString("genesis_validators_root"u8, interchange.GenesisValidatorsRoot.ToString());
        json.WriteEndObject();
        json.WriteStartArray("data"u8);
        foreach (var key in interchange.Data) WriteKey(json, key);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static SigningInterchangeKey ReadKey(Field key) => new(
        key.Required("pubkey").Bytes(),
        [.. key.Required("signed_blocks").Items().Select(block =>
            new KnownProposal(new Slot(block.Required("slot").Number()), block.Optional("signing_root")?.Hash()))],
        [.. key.Required("signed_attestations").Items().Select(vote =>
            new KnownVote(new Epoch(vote.Required("source_epoch").Number()), new Epoch(vote.Required("target_epoch").Number()),
                vote.Optional("signing_root")?.Hash()))]);

    private static void WriteKey(Utf8JsonWriter json, SigningInterchangeKey key)
    {
        json.WriteStartObject();
        json.WriteString("pubkey"u8, Hex.Encode(key.PublicKey));
        json.WriteStartArray("signed_blocks"u8);
        foreach (var block in key.SignedBlocks)
        {
            json.WriteStartObject();
            WriteNumber(json, "slot"u8, block.Slot.Number);
            if (block.SigningRoot is { } root) json.WriteString("signing_root"u8, root.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("signed_attestations"u8);
        foreach (var vote in key.SignedAttestations)
        {
            json.WriteStartObject();
            WriteNumber(json, "source_epoch"u8, vote.Source.Number);
            WriteNumber(json, "target_epoch"u8, vote.Target.Number);
            if (vote.SigningRoot is { } root) json.WriteString("signing_root"u8, root.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, ulong number) =>
        json.WriteString(name, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>A value of the document with the way to it, for messages.</summary>
    private readonly record struct Field(string Path, JsonElement Value)
    {
        public Field Required(string name) => Optional(name) ?? throw new SigningInterchangeException($"{At(name)} is missing.");

        /// <summary>Null when it is absent or null.</summary>
        public Field? Optional(string name)
        {
            if (Value.ValueKind != JsonValueKind.Object) throw Wrong("must be an object");
            return Value.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
                ? new Field(At(name), value)
                : null;
        }

        public IEnumerable<Field> Items()
        {
            if (Value.ValueKind != JsonValueKind.Array) throw Wrong("must be an array");
            var path = Path;
            return Value.EnumerateArray().Select((item, index) => new Field($"{path}[{index}]", item));
        }

        public string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw Wrong("must be a string");

        public ulong Number() =>
            ulong.TryParse(Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong("must be a whole number below 2^64 in decimal digits");

        public Hash256 Hash() => Hash256.TryParse(Text(), out var hash) ? hash : throw Wrong("must be 0x and 64 hex digits");

        public byte[] Bytes()
        {
            var text = Text();
            var bytes = new byte[text.Length / 2];
            if (!text.StartsWith("0x", StringComparison.Ordinal) || text.Length == 2
                || !Hex.TryDecode(text, bytes, out var written))
                throw Wrong("must be 0x and hex digits, two for each byte");
            return bytes[..written];
        }

        public SigningInterchangeException Wrong(string expected)
        {
            var text = Value.GetRawText();
            return new SigningInterchangeException($"{Path} {expected}, and is "
                + $"{(text.Length <= 100 ? text : text[..97] + "...")}.");
        }

        private string At(string name) => Path == "the document" ? name : $"{Path}.{name}";
    }
}
