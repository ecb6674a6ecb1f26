using System.Buffers.Binary;
using System.Text;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>
/// Why a call failed, in the bytes that Solidity's `require` reverts with, so that client libraries show the words.
/// </summary>
internal static class RevertReason
{
    private const int SelectorSize = 4;
    private const int Word = Hash256.Size;

    private static readonly Hash256 Function = Keccak256.Hash("Error(string)"u8);

    /// <summary>
    /// A call of <c>Error(string)</c> in Solidity's ABI, as hex: the selector 0x08c379a0, the offset of the text (32), its length
    /// in bytes, and its UTF-8 filled up with zeros to whole words.
    /// </summary>
    public static string Encode(string reason)
    {
        var length = Encoding.UTF8.GetByteCount(reason);
        var data = new byte[SelectorSize + ((2 + ((length + Word - 1) / Word)) * Word)];
        Function.Bytes[..SelectorSize].CopyTo(data);
        var words = data.AsSpan(SelectorSize);
        words[Word - 1] = Word;
        BinaryPrimitives.WriteInt32BigEndian(words[((2 * Word) - 4)..], length);
        Encoding.UTF8.GetBytes(reason, words[(2 * Word)..]);
        return Hex.Encode(data);
    }
}
