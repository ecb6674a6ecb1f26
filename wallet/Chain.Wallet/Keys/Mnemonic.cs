using System.Security.Cryptography;
using System.Text;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>Why a text is no BIP-39 phrase.</summary>
public abstract record MnemonicError
{
    private MnemonicError() { }

    /// <summary>For the user: what was wrong and what to do. The phrase itself is never repeated.</summary>
    public abstract string Message { get; }

    public sealed record WordCount(int Words) : MnemonicError
    {
        public override string Message => $"A recovery phrase has 12, 15, 18, 21 or 24 words; this one has {Words}.";
    }

    public sealed record UnknownWord(int Position, string? DidYouMean) : MnemonicError
    {
        public override string Message =>
            $"Word {Position} of the phrase is not in the English list of "
                + $"BIP-39{(DidYouMean is null ? "." : $"; '{DidYouMean}' is the nearest that is.")}";
    }

    public sealed record Checksum : MnemonicError
    {
        public override string Message =>
            "The words are all known, but their checksum is wrong: a word is mistaken or two have changed places.";
    }
}

/// <summary>A BIP-39 recovery phrase in English words.</summary>
public sealed class Mnemonic
{
    private static readonly Lazy<string[]> WordList = new(() => [.. EmbeddedText.Lines("english.txt")]);

    private Mnemonic(string phrase) => Phrase = phrase;

    /// <summary>The words with one space between them: whoever has them has the accounts.</summary>
    public string Phrase { get; }

    /// <summary>The phrase for 16, 20, 24, 28 or 32 bytes of entropy.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static Mnemonic FromEntropy(ReadOnlySpan<byte> entropy)
    {
        if (entropy.Length is not (16 or 20 or 24 or 28 or 32))
            throw new ArgumentException($"Entropy has 16, 20, 24, 28 or 32 bytes, not {entropy.Length}.", nameof(entropy));
        byte[] bits = [.. entropy, SHA256.HashData(entropy)[0]];
        var words = new string[entropy.Length * 3 / 4];
        for (var i = 0; i < words.Length; i++)
        {
            var index = 0;
            for (var bit = i * 11; bit < (i * 11) + 11; bit++) index = (index << 1) | ((bits[bit / 8] >> (7 - (bit % 8))) & 1);
            words[i] = WordList.Value[index];
        }

        return new Mnemonic(string.Join(' ', words));
    }

    /// <summary>A new phrase of 12 or 24 words from the machine's randomness.</summary>
    public static Mnemonic Generate(int words) => FromEntropy(RandomNumberGenerator.GetBytes(words * 4 / 3));

    /// <summary>Reads a phrase; case and the space between words do not matter.</summary>
    public static Verdict<Mnemonic, MnemonicError> Parse(string phrase)
    {
        var words = Nfkd.Normalize(phrase).ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (12 or 15 or 18 or 21 or 24)) return new MnemonicError.WordCount(words.Length);
        var bits = new byte[(words.Length * 11 / 8) + 1];
        for (var i = 0; i < words.Length; i++)
        {
            var index = Array.BinarySearch(WordList.Value, words[i], StringComparer.Ordinal);
            if (index < 0) return new MnemonicError.UnknownWord(i + 1, Nearest(words[i]));
            for (var bit = 0; bit < 11; bit++)
            {
                var position = (i * 11) + bit;
                bits[position / 8] |= (byte)(((index >> (10 - bit)) & 1) << (7 - (position % 8)));
            }
        }

        var mnemonic = FromEntropy(bits.AsSpan(0, words.Length * 4 / 3));
        return mnemonic.Phrase == string.Join(' ', words) ? mnemonic : new MnemonicError.Checksum();
    }

    /// <summary>The 64-byte seed for BIP-32.</summary>
    public byte[] ToSeed(string passphrase = "") => ToSeed(Phrase, passphrase);

    /// <summary>
    /// The seed of a phrase in any language, taken as it is: PBKDF2-HMAC-SHA-512, 2048 rounds, both texts in form KD.
    /// </summary>
    public static byte[] ToSeed(string phrase, string passphrase) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Nfkd.Normalize(phrase)),
            Encoding.UTF8.GetBytes("mnemonic" + Nfkd.Normalize(passphrase)), 2048, HashAlgorithmName.SHA512, 64);

    /// <summary>Never the words: they must not reach a log by accident.</summary>
    public override string ToString() => "a recovery phrase";

    // The first four letters decide in this list; a slip behind them has one remedy.
    private static string? Nearest(string word) =>
        word.Length < 3
        ? null
        : Array.Find(WordList.Value,
            known => known.Length >= 3
            && known.AsSpan(0, Math.Min(4, known.Length)).SequenceEqual(word.AsSpan(0, Math.Min(4, word.Length))));
}
