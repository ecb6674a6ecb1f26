using System.Text;
using Chain.Programs;

namespace Chain.Terminal;

/// <summary>Passes text on with everything escaped that is not for a terminal. Line breaks pass.</summary>
public sealed class PrintableWriter(TextWriter inner) : TextWriter
{
    // The first half of a surrogate pair, when the two are written apart.
    private char _firstHalf;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        if (char.IsHighSurrogate(value))
        {
            Flush(ref _firstHalf);
            _firstHalf = value;
            return;
        }

        Write(value.ToString());
    }

    public override void Write(string? value)
    {
        var before = Take(ref _firstHalf);
        inner.Write(Printable.Escape(before.Length == 0 ? value : before + value));
    }

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void WriteLine()
    {
        Flush(ref _firstHalf);
        inner.WriteLine();
    }

    public override void WriteLine(string? value)
    {
        Write(value);
        inner.WriteLine();
    }

    public override void Flush()
    {
        Flush(ref _firstHalf);
        inner.Flush();
    }

    private static string Take(ref char half)
    {
        var taken = half == '\0' ? "" : half.ToString();
        half = '\0';
        return taken;
    }

    private void Flush(ref char half)
    {
        if (half != '\0') inner.Write(Printable.Escape(Take(ref half)));
    }
}
