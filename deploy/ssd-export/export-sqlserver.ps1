<#
.SYNOPSIS
Writes the dataset's tables as CSV into <drop folder>\<authority>\ssd\<today>, complete or not at all. Only reads.
.DESCRIPTION
Needs bcp and sqlcmd (version 13 or later, for UTF-8). Signs in as the Windows account that runs it.
.EXAMPLE
.\export-sqlserver.ps1 -Server reporting -Database HDM_Local -Into D:\evenkeel\westshire\ssd
#>
param(
    [Parameter(Mandatory)] [string] $Server,
    [Parameter(Mandatory)] [string] $Database,
    [Parameter(Mandatory)] [string] $Into,
    [ValidatePattern('^\w+$')] [string] $Schema = 'dbo'
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2

if (-not (Test-Path -PathType Container $Into)) {
    throw "There is no folder ${Into}: name the folder that Evenkeel watches, <drop folder>\<authority>\ssd."
}
$today = Get-Date -Format 'yyyy-MM-dd'
$finished = Join-Path $Into $today
if (Test-Path $finished) {
    throw "$finished is there already: today's export is done, and waits for Evenkeel."
}
# Folders whose names begin with a dot are not looked at.
$unfinished = Join-Path $Into ".$today.part"
if (Test-Path $unfinished) { Remove-Item -Recurse -Force $unfinished }
New-Item -ItemType Directory $unfinished | Out-Null

function Test-Table([string] $Table) {
    $answer = sqlcmd -S $Server -d $Database -E -K ReadOnly -b -h -1 -W -Q (
        "SET NOCOUNT ON; SELECT CASE WHEN OBJECT_ID('$Schema.$Table') IS NULL THEN 0 ELSE 1 END")
    if ($LASTEXITCODE -ne 0) { throw "$Server could not be asked about ${Table}: $answer" }
    return "$answer".Trim() -eq '1'
}

function Export-Table([string] $Table, [string] $Header, [string] $Query) {
    $rows = Join-Path $unfinished "$Table.rows"
    $said = bcp $Query queryout $rows -S $Server -d $Database -T -K ReadOnly -c -C 65001 -r '0x0A'
    if ($LASTEXITCODE -ne 0) { throw "$Table could not be read: $said" }
    $file = [IO.File]::Create((Join-Path $unfinished "$Table.csv"))
    try {
        $line = [Text.Encoding]::ASCII.GetBytes("$Header`n")
        $file.Write($line, 0, $line.Length)
        $read = [IO.File]::OpenRead($rows)
        try { $read.CopyTo($file) } finally { $read.Dispose() }
    } finally {
        $file.Dispose()
    }
    Remove-Item $rows
}

try {
    $table = $null
    $header = $null
    $exported = 0
    foreach ($line in Get-Content (Join-Path $PSScriptRoot 'sqlserver.sql')) {
        if ($line -match '^-- table (\w+)$') { $table = $Matches[1] }
        elseif ($line -match '^-- header (.+)$') { $header = $Matches[1] }
        elseif ($line.StartsWith('SELECT ')) {
            if (Test-Table $table) {
                Export-Table $table $header $line.Replace('$(Schema)', $Schema)
                $exported++
            } else {
                Write-Warning "There is no table ${Schema}.${table}: it is left out."
            }
        }
    }
    if ($exported -eq 0) { throw "No table of the dataset is in schema ${Schema}: name it with -Schema." }
    New-Item -ItemType File (Join-Path $unfinished 'READY') | Out-Null
    Rename-Item $unfinished $today
} finally {
    if (Test-Path $unfinished) { Remove-Item -Recurse -Force $unfinished }
}
