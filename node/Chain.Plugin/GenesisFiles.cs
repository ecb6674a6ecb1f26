using Chain.Primitives;
using Chain.Programs;

namespace Chain.Plugin;

/// <summary>Genesis files on the disk.</summary>
public static class GenesisFiles
{
    private const int LongestGenesis = 256 * 1024 * 1024;

    /// <exception cref="GenesisException">There is no such file, or it is no genesis file.</exception>
    public static GenesisFile Read(GenesisReader reader, FileInfo file)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(file);
        if (!file.Exists)
            throw new GenesisException($"There is no genesis file {file.FullName}. `chain genesis new FILE` makes one.");
        try
        {
            return reader.Parse(SmallFile.ReadText(file.FullName, LongestGenesis));
        }
        catch (GenesisException e)
        {
            throw new GenesisException($"{file.FullName}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GenesisException($"The genesis file cannot be read: {e.Message}", e);
        }
    }
}
