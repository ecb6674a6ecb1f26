using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Chain.Mining;

namespace Chain.Tests;

/// <summary>Runs a test on a search library that `.ci/run` has published, if this processor has its instructions.</summary>
public sealed class PublishedLibraryFactAttribute : FactAttribute
{
    public PublishedLibraryFactAttribute(string instructionSet, [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        var runs = instructionSet == "x86-64-v3"
            ? Avx2.IsSupported
            : Avx512F.IsSupported && Avx512F.VL.IsSupported && Avx512BW.IsSupported;
        if (PathOf(instructionSet) is not { } path) Skip = "CHAIN_PROGRAMS names no folder of published programs.";
        else if (!File.Exists(path)) Skip = $"{path} was not published.";
        else if (!runs) Skip = $"This processor is not an {instructionSet}.";
    }

    /// <summary>
    /// The library's file: beside the programs for x86-64-v4, in a folder of its own for others. Null without published programs.
    /// </summary>
    public static string? PathOf(string instructionSet) =>
        Environment.GetEnvironmentVariable("CHAIN_PROGRAMS") is { Length: > 0 } folder
            ? Path.Combine(folder, instructionSet == "x86-64-v4" ? "" : instructionSet, LibrarySearcher.FileName)
            : null;
}
