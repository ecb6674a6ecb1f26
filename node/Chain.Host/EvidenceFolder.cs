using Chain.Consensus;

namespace Chain.Host;

/// <summary>
/// Proofs for which the node stopped, in the data folder under `evidence`: each as NAME.rlp for whoever checks it and NAME.txt in
/// plain words. While one is there the node does not follow the chain, however often it is started.
/// </summary>
internal sealed class EvidenceFolder(string dataFolder)
{
    private readonly string _folder = Path.Combine(dataFolder, "evidence");

    /// <summary>Why the node must not go on, of the first proof by name; null while there is none.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public string? Read()
    {
        return FindFirst() is { } file
            ? $"{File.ReadAllText(file).TrimEnd()} (The proof is {Path.ChangeExtension(file, ".rlp")}.)"
            : null;
    }

    /// <summary>The bytes of that proof, none where its file is gone; null while there is no proof.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ReadOnlyMemory<byte>? ReadProof()
    {
        if (FindFirst() is not { } file) return null;
        var proof = Path.ChangeExtension(file, ".rlp");
        return File.Exists(proof) ? File.ReadAllBytes(proof) : ReadOnlyMemory<byte>.Empty;
    }

    /// <summary>Writes a proof, on disk when this returns.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Keep(ConsensusEvidence evidence, string message)
    {
        Directory.CreateDirectory(_folder);
        Write($"{evidence.Name}.rlp", evidence.Bytes.Span);
        Write($"{evidence.Name}.txt", System.Text.Encoding.UTF8.GetBytes(message + Environment.NewLine));
    }

    private string? FindFirst() =>
        Directory.Exists(_folder) ? Directory.GetFiles(_folder, "*.txt").Order(StringComparer.Ordinal).FirstOrDefault() : null;

    private void Write(string name, ReadOnlySpan<byte> bytes)
    {
        using var file = new FileStream(Path.Combine(_folder, name), FileMode.Create, FileAccess.Write);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }
}
