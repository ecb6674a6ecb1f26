namespace Chain.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Chain.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"No Chain.sln above {AppContext.BaseDirectory}: the tests read the checkout they "
            + $"were built from.");
    }
}
