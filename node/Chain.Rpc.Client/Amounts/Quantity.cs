using System.Buffers;

namespace Chain.Rpc.Client;

/// <summary>A number and its unit as typed together: "1.5ether", "30s".</summary>
public static class Quantity
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>The digits and points in front, and what follows them.</summary>
    public static (string Number, string Unit) Split(string text)
    {
        var unitAt = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        return unitAt < 0 ? (text, "") : (text[..unitAt], text[unitAt..].Trim());
    }
}
