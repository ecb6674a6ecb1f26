using System.Collections.Concurrent;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Chain.Tests;

/// <summary>
/// The outside test data in <c>shared/vectors</c> beside the repository. Files are found by group
/// (<see cref="VectorGroups"/>), so that none is read without a claim and none that is claimed goes unread.
/// </summary>
internal static class VectorFiles
{
    private static readonly ConcurrentDictionary<string, byte> Ledger = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    /// <summary>The data's folder, or null where it is absent.</summary>
    public static string? Root { get; } = Find();

    /// <summary>Why tests over this data are skipped; null where it is present.</summary>
    public static string? SkipReason => Root is null ? "The folder shared/vectors is not beside the repository." : null;

    /// <summary>The files opened so far in this run.</summary>
    public static IReadOnlyCollection<string> Opened => [.. Ledger.Keys.Order(StringComparer.Ordinal)];

    /// <summary>
    /// All files, as paths relative to the folder with forward slashes, in ordinal order; none where the folder is absent.
    /// </summary>
    public static IReadOnlyList<string> All { get; } = Root is null
        ? []
        : [.. Directory.EnumerateFiles(Root, "*",
            SearchOption.AllDirectories).Select(path =>
                Path.GetRelativePath(Root, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>The files of a claimed group, in ordinal order.</summary>
    public static IReadOnlyList<string> Of(string group)
    {
        var claimed = VectorGroups.Claimed.SingleOrDefault(candidate => candidate.Name == group)
            ?? throw new ArgumentException($"'{group}' is not in VectorGroups.Claimed: add it there.", nameof(group));
        return [.. All.Where(file => Matches(claimed.Glob, file))];
    }

    /// <summary>The one file of a group that has only one.</summary>
    public static string TheOne(string group) =>
        Of(group) is [var file]
        ? file
        : throw new ArgumentException($"The group '{group}' has {Of(group).Count} files, not one.", nameof(group));

    /// <summary>
    /// The files of a group as the data of a theory with one string; empty where the folder is absent (the theory is skipped
    /// then).
    /// </summary>
    public static TheoryData<string> TheoryOf(string group) => [.. Of(group)];

    /// <summary>Opens a file of a claimed group, unpacking .gz, and records that it was read.</summary>
    public static Stream Open(string file)
    {
        if (Root is null) throw new InvalidOperationException($"{SkipReason} Mark the test with [VectorFact] or [VectorTheory].");
        if (!VectorGroups.Claimed.Any(group => Matches(group.Glob, file)))
            throw new ArgumentException($"No group in VectorGroups.Claimed holds '{file}'.", nameof(file));
        Ledger.TryAdd(file, 0);
        Stream stream = File.OpenRead(Path.Combine(Root, file));
        return file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    /// <summary>The whole file, unpacked, as bytes.</summary>
    public static byte[] ReadBytes(string file)
    {
        using var stream = Open(file);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    /// <summary>The whole file, unpacked, as text.</summary>
    public static string ReadText(string file)
    {
        using var reader = new StreamReader(Open(file));
        return reader.ReadToEnd();
    }

    /// <summary>The file's JSON root. It lives as long as it is referenced.</summary>
    public static JsonElement ReadJson(string file)
    {
        using var stream = Open(file);
        using var document = JsonDocument.Parse(stream, new JsonDocumentOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            MaxDepth = 1024,
        });
        return document.RootElement.Clone();
    }

    /// <summary>Whether a glob covers a path: * within one folder, ** across folders.</summary>
    public static bool Matches(string glob, string file) => Patterns.GetOrAdd(glob, ToPattern).IsMatch(file);

    private static Regex ToPattern(string glob) =>
        new("^" + Regex.Escape(glob).Replace(@"\*\*/", "(?:.*/)?").Replace(@"\*\*", ".*").Replace(@"\*", "[^/]*") + "$",
            RegexOptions.CultureInvariant);

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Chain.sln"))) continue;
            var vectors = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "vectors"));
            return Directory.Exists(vectors) ? vectors : null;
        }

        return null;
    }
}

/// <summary>A fact over outside vectors: skipped, with the reason, where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class VectorFactAttribute : FactAttribute
{
    public VectorFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = VectorFiles.SkipReason;
}

/// <summary>A theory over outside vectors: skipped, with the reason, where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class VectorTheoryAttribute : TheoryAttribute
{
    public VectorTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = VectorFiles.SkipReason;
}

/// <summary>Says that a test reads all files of a claimed group, every case in them that its claim covers.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ReadsVectorsAttribute(string group) : Attribute
{
    public string Group { get; } = group;
}
